// ---------------------------------------------------------------- what decisions point at

const LAYERS = data.layers;
const KINDS = data.kinds;
const CORRECT = KINDS.indexOf("correct");
const WRONG_OWNER = KINDS.indexOf("wrong_owner");
const [MENTION, RELATION, STATUS_CLASS, STATUS_MODALITY, FACT, PROJECT] = LAYERS.keys();
const N_SLOTS = data.layerLabels.fact.length;
const HAS_STATUS = data.layerLabels.relation.indexOf("HasStatus");
const ABSENT = -1;
const FIRST = "A".charCodeAt(0);
const FIXED = 1;
const BROKEN = 2;

const labelNames = (layer) => data.layerLabels[LAYERS[layer]];

// These are filled in by readDocuments.
let documents = [];
let values = [];
let runs = [];  // per run the decisions as columns, in the order of the documents

// A text is indexed by code points; where each is one UTF-16 unit, the string will do.
function cut(source, start, end) {
  if (source.points === undefined) {
    source.points = /[\ud800-\udbff]/.test(source.text) ? Array.from(source.text) : null;
  }
  return source.points ? source.points.slice(start, end).join("") : source.text.slice(start, end);
}

function statusOf(side, mention) {
  if (!side.statusByMention) {
    side.statusByMention = new Map();
    for (let n = 0; n < side.status.length; n += 3) {
      side.statusByMention.set(side.status[n], [side.status[n + 1], side.status[n + 2]]);
    }
  }
  return side.statusByMention.get(mention) || [ABSENT, ABSENT];
}

// Facts are as long as they have mentions, so where each begins is counted once.
function factAt(side, index) {
  if (!side.factStarts) {
    side.factStarts = [];
    for (let at = 0; at < side.facts.length; at += 3 + side.facts[at + 2]) side.factStarts.push(at);
  }
  return side.factStarts[index];
}

function factMentions(side, index) {
  const at = factAt(side, index);
  return side.facts.slice(at + 3, at + 3 + side.facts[at + 2]);
}

function labelOf(layer, side, index) {
  if (index === ABSENT) return ABSENT;
  switch (layer) {
    case MENTION: return side.mentions[3 * index + 2];
    case RELATION: return side.relations[3 * index];
    case STATUS_CLASS: return statusOf(side, index)[0];
    case STATUS_MODALITY: return statusOf(side, index)[1];
    default: return side.facts[factAt(side, index)] % N_SLOTS;
  }
}

const mentionSpan = (side, index) => side.mentions.slice(3 * index, 3 * index + 2);

function spansOf(layer, side, index) {
  if (index === ABSENT) return [];
  if (layer === RELATION) {
    const [head, tail] = side.relations.slice(3 * index + 1, 3 * index + 3);
    return [mentionSpan(side, head), mentionSpan(side, tail)];
  }
  if (layer < FACT) return [mentionSpan(side, index)];
  return factMentions(side, index).map((mention) => mentionSpan(side, mention));
}

function factValue(source, side, index) {
  const value = side.facts[factAt(side, index) + 1];
  if (value !== ABSENT) return values[value];
  return cut(source, ...mentionSpan(side, factMentions(side, index).at(-1)));
}

// What the item says, in a form that is the same wherever it is said again.
function keyOf(layer, source, side, index) {
  if (index === ABSENT) return "";
  const value = layer >= FACT ? factValue(source, side, index) : "";
  return `${labelOf(layer, side, index)} ${spansOf(layer, side, index).join(" ")} ${value}`;
}

function scoreOf(layer, side, index) {
  const { mentions, relations, facts } = side.scores;
  const scores = layer === RELATION ? relations : layer >= FACT ? facts : mentions;
  return index === ABSENT || scores.length === 0 ? 1 : scores[index] / 1000;
}

// A letter for the bucket of each item; "=A" stands for a row of As.
function bucketOf(side, table, index) {
  const codes = side.buckets[table];
  if (index === ABSENT || codes === "") return ABSENT;
  const letter = codes[0] === "=" ? codes[1] : codes[index];
  return letter === undefined || letter === "." ? ABSENT : letter.charCodeAt(0) - FIRST;
}

// ---------------------------------------------------------------- decisions as columns

function columnsOf(run) {
  const n = documents.reduce((sum, source) => sum + source.runs[run].decisions.length, 0);
  const columns = {
    n,
    document: new Int32Array(n),
    layer: new Uint8Array(n),
    kind: new Uint8Array(n),
    gold: new Int32Array(n),
    predicted: new Int32Array(n),
    goldLabel: new Int8Array(n),
    predictedLabel: new Int8Array(n),
    change: new Uint8Array(n),
    first: new Int32Array(documents.length + 1),
  };
  let row = 0;
  documents.forEach((source, number) => {
    const side = source.runs[run];
    columns.first[number] = row;
    for (let at = 0; at < side.decisions.length; at += 1, row += 1) {
      const code = side.decisions.charCodeAt(at) - FIRST;
      const layer = Math.floor(code / KINDS.length);
      const [gold, predicted] = [side.items[2 * at], side.items[2 * at + 1]];
      columns.document[row] = number;
      columns.layer[row] = layer;
      columns.kind[row] = code % KINDS.length;
      columns.gold[row] = gold;
      columns.predicted[row] = predicted;
      columns.goldLabel[row] = labelOf(layer, source.gold, gold);
      columns.predictedLabel[row] = labelOf(layer, side, predicted);
    }
  });
  columns.first[documents.length] = row;
  return columns;
}

function readDocuments() {
  const block = byId("documents");
  ({ documents, values } = JSON.parse(block.textContent));
  // The text of the block is as large as everything else together.
  block.remove();
  runs = data.runs.map((_, run) => columnsOf(run));
  if (!data.comparison) return;
  // What was fixed is shown as the first system has it, what was broken as the second has it.
  for (const [fixed, number, a, b] of data.comparison.changes) {
    if (fixed) runs[0].change[runs[0].first[number] + a] = FIXED;
    else runs[1].change[runs[1].first[number] + b] = BROKEN;
  }
}

// The decision of another system about the same gold item; ABSENT where it has none.
function counterpart(run, row, other) {
  const { document, layer, gold } = runs[run];
  if (gold[row] === ABSENT) return ABSENT;
  const { first } = runs[other];
  for (let n = first[document[row]]; n < first[document[row] + 1]; n += 1) {
    if (runs[other].layer[n] === layer[row] && runs[other].gold[n] === gold[row]) return n;
  }
  return ABSENT;
}

// ---------------------------------------------------------------- permalinks

// FNV-1a (Fowler, Noll, Vo) with two starting values: 64 bits, enough to tell decisions apart.
function hash(text) {
  let [one, other] = [0x811c9dc5, 0x050c5d1f];
  for (let n = 0; n < text.length; n += 1) {
    const unit = text.charCodeAt(n);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x01000193);
  }
  return (one >>> 0).toString(36) + (other >>> 0).toString(36);
}

function hashOf(run, row) {
  const { document, layer, gold, predicted } = runs[run];
  const source = documents[document[row]];
  return hash([
    source.id,
    LAYERS[layer[row]],
    keyOf(layer[row], source, source.gold, gold[row]),
    keyOf(layer[row], source, source.runs[run], predicted[row]),
  ].join("\n"));
}

function findHash(run, wanted) {
  for (let row = 0; row < runs[run].n; row += 1) if (hashOf(run, row) === wanted) return row;
  return ABSENT;
}

// ---------------------------------------------------------------- passages

function sentenceAt(source, position) {
  let [low, high] = [0, source.sentences.length / 2 - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (source.sentences[2 * middle] <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Runs of sentences, each [start, end), that hold some spans.
function passagesOf(source, spans) {
  const pairs = spans
    .map(([start, end]) => [sentenceAt(source, start), sentenceAt(source, end - 1)])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const found = [];
  for (const [first, last] of pairs) {
    const previous = found.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else found.push([first, last]);
  }
  return found.map(([first, last]) => [source.sentences[2 * first], source.sentences[2 * last + 1]]);
}
