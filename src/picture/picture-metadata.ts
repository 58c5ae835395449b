import sharp from 'sharp';
import { escapeMarkup, unescapeMarkup } from '../text/markup.js';
import { isSvg } from './rasterise-svg.js';

/**
 * XMP is the one kind of metadata that PNG, JPEG and WebP all carry and that holds any text. The entries are one
 * JSON object in an attribute of this namespace.
 */
const NAMESPACE = 'urn:stylegan-blend:1';
const ATTRIBUTE = /\bsgb:entries="([^"]*)"/;

/** Settings and hashes take a few hundred bytes. */
const MAX_LENGTH = 1 << 20;

/** An XMP packet that holds `metadata`. */
export function metadataToXmp(metadata: Readonly<Record<string, string>>): string {
  const entries = escapeMarkup(JSON.stringify(metadata));
  return (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    `<rdf:Description rdf:about="" xmlns:sgb="${NAMESPACE}" sgb:entries="${entries}"/>` +
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
  );
}

/**
 * The entries that `encodePicture` put into a picture file, or undefined where `bytes` is no picture or carries none.
 * Reads the header only. Never throws: the file may be anybody's.
 */
export async function pictureMetadata(bytes: Uint8Array): Promise<Record<string, string> | undefined> {
  if (isSvg(bytes)) return undefined;
  try {
    const { xmpAsString } = await sharp(bytes).metadata();
    if (xmpAsString === undefined || xmpAsString.length > MAX_LENGTH) return undefined;
    const entries = ATTRIBUTE.exec(xmpAsString)?.[1];
    if (entries === undefined) return undefined;
    const parsed: unknown = JSON.parse(unescapeMarkup(entries));
    return isTextRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isTextRecord(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === 'string');
}
