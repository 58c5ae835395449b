/** By this line a later run knows a report that it may replace. */
export const REPORT_MARK = '<meta name="generator" content="stylegan-blend toonify">';

/** How the report looks: light or dark as the reader has it. */
export const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: 0.5rem 0; }
td { border-top: 1px solid #8884; padding: 0.25rem 1.2rem 0.25rem 0; vertical-align: top; overflow-wrap: anywhere; }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
figure { margin: 0; padding: 0.6rem; border: 1px solid #8884; border-radius: 0.4rem; }
figure img { height: 8rem; max-width: 100%; object-fit: contain; margin-right: 0.4rem; background: #8882; }
details { margin-top: 1.5rem; }
figcaption { font-size: 0.85rem; overflow-wrap: anywhere; }
`;
