import protobuf from 'protobufjs/light.js';

/**
 * The part of the ONNX file format (onnx.proto, IR version 8) that this project writes. Field numbers are the
 * format's own.
 */
const messages: protobuf.INamespace = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        docString: { type: 'string', id: 6 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
      },
    },
    StringStringEntryProto: {
      fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } },
    },
    OperatorSetIdProto: {
      fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } },
    },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        opType: { type: 'string', id: 4 },
        domain: { type: 'string', id: 7 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        floats: { rule: 'repeated', type: 'float', id: 7 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        type: { type: 'int32', id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        externalData: { rule: 'repeated', type: 'StringStringEntryProto', id: 13 },
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    ValueInfoProto: {
      fields: {
        name: { type: 'string', id: 1 },
        type: { type: 'TypeProto', id: 2 },
        docString: { type: 'string', id: 3 },
      },
    },
    TypeProto: {
      fields: { tensorType: { type: 'TensorTypeProto', id: 1 } },
    },
    TensorTypeProto: {
      fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } },
    },
    TensorShapeProto: {
      fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } },
    },
    DimensionProto: {
      fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } },
    },
  },
};

/** The format's numbers for element types. */
export const ElementType = { float: 1, int64: 7, half: 10 } as const;

/** The format's numbers for attribute types. */
export const AttributeType = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

export interface NodeMessage {
  input: string[];
  output: string[];
  opType: string;
  /** Whose operator; absent for those of ONNX itself. */
  domain?: string;
  attribute: AttributeMessage[];
}

export interface AttributeMessage {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  floats?: readonly number[];
  ints?: readonly number[];
}

export interface TensorMessage {
  name: string;
  dims: readonly number[];
  dataType: number;
  /** Absent where the numbers lie in another file. */
  rawData?: Uint8Array;
  /** Entries `location`, `offset` and `length`. */
  externalData?: readonly { key: string; value: string }[];
  dataLocation?: number;
}

export interface GraphMessage {
  name: string;
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: ValueInfoMessage[];
  output: ValueInfoMessage[];
}

/** An axis: its extent, or the name of one that is open. */
export type DimensionMessage = { dimValue: number } | { dimParam: string };

export interface ValueInfoMessage {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: DimensionMessage[] } } };
  docString?: string;
}

/** What a file says of itself, in words and as entries, and where its numbers are. */
export interface ModelOptions {
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Puts large constants there instead of into the file. */
  readonly weights?: ExternalWeights;
}

/** The format's number for tensors in another file. */
const EXTERNAL = 1;

/** Constants smaller than this stay in the file itself. */
const EXTERNAL_FROM_BYTES = 1024;

/** Where a constant begins in the other file: whole pages, so that the system can map it into memory. */
const PAGE_BYTES = 4096;

/** A file beside the model's that holds the numbers of large constants. */
export interface ExternalWeights {
  /** Its name. */
  readonly location: string;
  /** What it has to contain: bytes at each place, in order. Filled in while the model is encoded. */
  readonly parts: { readonly offset: number; readonly bytes: Uint8Array }[];
}

function moveOut(tensors: readonly TensorMessage[], { location, parts }: ExternalWeights): TensorMessage[] {
  let end = 0;
  return tensors.map(({ rawData: bytes, ...tensor }) => {
    if (bytes === undefined || bytes.length < EXTERNAL_FROM_BYTES)
      return { ...tensor, ...(bytes && { rawData: bytes }) };
    const offset = Math.ceil(end / PAGE_BYTES) * PAGE_BYTES;
    end = offset + bytes.length;
    parts.push({ offset, bytes });
    const entries = Object.entries({ location, offset, length: bytes.length });
    return {
      ...tensor,
      externalData: entries.map(([key, value]) => ({ key, value: String(value) })),
      dataLocation: EXTERNAL,
    };
  });
}

const modelType = protobuf.Root.fromJSON(messages).lookupType('ModelProto');

/** Bytes of an ONNX file (IR version 8) with this graph for the given version of the operator set. */
export function encodeModel(
  graph: GraphMessage,
  opset: number,
  { description, metadata = {}, weights }: ModelOptions = {},
): Uint8Array {
  const others = new Set(graph.node.flatMap(({ domain }) => domain ?? []));
  const model = {
    irVersion: 8,
    producerName: 'stylegan-blend',
    ...(description === undefined ? {} : { docString: description }),
    graph: weights === undefined ? graph : { ...graph, initializer: moveOut(graph.initializer, weights) },
    opsetImport: [{ domain: '', version: opset }, ...[...others].map((domain) => ({ domain, version: 1 }))],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  return modelType.encode(model).finish();
}
