// ---------------------------------------------------------------- filters

const SHOW = { errors: "errors", right: "what is right", all: "errors and what is right" };
const SIDES = {
  any: "in gold or prediction",
  gold: "in gold",
  predicted: "in the prediction",
  item: "in gold, else in the prediction",
};
const CHANGES = { "": "any", fixed: "fixed by the second system", broken: "broken by the second system" };
const SORTS = { text: "as in the text", surest: "surest first", doubtful: "least sure first" };
const LAYER_NAMES = {
  mention: "mentions",
  relation: "relations",
  status_class: "status class",
  status_modality: "status modality",
  fact: "facts",
  project: "projects",
};
const LAYER_SINGULAR = {
  ...LAYER_NAMES, mention: "mention", relation: "relation", fact: "fact", project: "project",
};
const KIND_NAMES = {
  correct: "right",
  boundary: "boundary",
  type: "type",
  boundary_type: "boundary and type",
  wrong_owner: "wrong owner",
  wrong_role: "wrong role",
  wrong_class: "wrong class",
  wrong_value: "wrong value",
  missed: "missed",
  spurious: "spurious",
};
const KIND_MEANINGS = {
  correct: "as in the gold",
  boundary: "overlaps, and the label is right",
  type: "the span is right, the label is wrong",
  boundary_type: "overlaps, and the label is wrong",
  wrong_owner: "said of another project",
  wrong_role: "joined by another relation or role",
  wrong_class: "status class or modality is wrong",
  wrong_value: "another sum",
  missed: "in the gold, not found",
  spurious: "found, not in the gold",
};
// Stands for every slot of a fact: the micro row sums them, complete facts have a row of their own.
const SLOTS = "slots";
const LABEL_TERMS = { ...data.terms.label, ...data.terms.status, ...data.terms.modality };

const DEFAULTS = {
  run: "0", change: "", show: "errors", layer: "", kind: "", label: "", side: "any", document: "",
  q: "", sort: "text", bucket: "", pair: "",
};

// The address of a filtered list; only what differs from the list as it opens is in it.
function address(filters) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (String(value) !== DEFAULTS[name]) parts.set(name, value);
  }
  const text = parts.toString();
  return text ? `#browse?${text}` : "#browse";
}

function parseAddress(hash) {
  const given = Object.fromEntries(new URLSearchParams(hash.slice("#browse".length).replace(/^\?/, "")));
  const filters = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) if (Object.hasOwn(given, name)) filters[name] = given[name];
  return filters;
}

// Names in a filter become numbers, with ABSENT for "any"; unknown names are taken as "any".
function compiled(filters) {
  const layer = LAYERS.indexOf(filters.layer);
  const names = layer === ABSENT ? [] : labelNames(layer);
  const run = Number(filters.run) in data.runs ? Number(filters.run) : 0;
  const numbers = {
    run: { fixed: 0, broken: 1 }[filters.change] ?? run,
    change: { fixed: FIXED, broken: BROKEN }[filters.change] ?? 0,
    show: Object.hasOwn(SHOW, filters.show) ? filters.show : DEFAULTS.show,
    layer,
    kinds: new Set(filters.kind.split(",").map((name) => KINDS.indexOf(name)).filter((n) => n !== ABSENT)),
    label: names.indexOf(filters.label),
    slots: layer >= FACT && filters.label === SLOTS,
    side: filters.side,
    document: documents.findIndex((source) => source.id === filters.document),
    words: filters.q.toLowerCase().split(/\s+/).filter(Boolean),
    bucket: null,
    pair: null,
  };
  const [key, name] = split(filters.bucket, ":");
  const table = data.bucketNames.findIndex(([other]) => other === key);
  if (table >= 0 && key.startsWith(`${filters.layer}.`)) {
    const code = data.bucketNames[table][1].indexOf(name);
    if (code >= 0) numbers.bucket = { table, code };
  }
  const [gold, predicted] = split(filters.pair, ">");
  if (filters.pair && layer !== ABSENT) {
    numbers.pair = [names.indexOf(gold), names.indexOf(predicted)];
  }
  return numbers;
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

function fitsLabel(columns, row, { label, side }) {
  const [gold, predicted] = [columns.goldLabel[row], columns.predictedLabel[row]];
  switch (side) {
    case "gold": return columns.gold[row] !== ABSENT && (label === ABSENT || gold === label);
    case "predicted": return predicted !== ABSENT && (label === ABSENT || predicted === label);
    case "item": return label === ABSENT || (gold === ABSENT ? predicted : gold) === label;
    default: return label === ABSENT || gold === label || predicted === label;
  }
}

// A relation given to another project is missed there and spurious here: its label was no error.
function fitsPair(columns, row, [gold, predicted]) {
  const found = [columns.goldLabel[row], columns.predictedLabel[row]];
  if (columns.kind[row] !== WRONG_OWNER) return found[0] === gold && found[1] === predicted;
  return (found[0] === gold && predicted === ABSENT) || (gold === ABSENT && found[1] === predicted);
}

function fitsBucket(columns, row, run, { bucket, side }) {
  const source = documents[columns.document[row]];
  const isIn = (part, index) => bucketOf(part, bucket.table, index) === bucket.code;
  const gold = side !== "predicted" && isIn(source.gold, columns.gold[row]);
  return gold || (side !== "gold" && isIn(source.runs[run], columns.predicted[row]));
}

function fits(columns, row, filters) {
  return (filters.layer === ABSENT || columns.layer[row] === filters.layer)
    && (filters.change === 0 || columns.change[row] === filters.change)
    && (filters.document === ABSENT || columns.document[row] === filters.document)
    && (filters.show === "all" || (columns.kind[row] === CORRECT) === (filters.show === "right"))
    && (!filters.slots || Math.max(columns.goldLabel[row], columns.predictedLabel[row]) > 0)
    && fitsLabel(columns, row, filters)
    && (!filters.pair || fitsPair(columns, row, filters.pair))
    && (!filters.bucket || fitsBucket(columns, row, filters.run, filters))
    && (filters.words.length === 0 || fitsWords(columns, row, filters));
}

function wordsOf(source, start, end) {
  if (source.lower === undefined) source.lower = new Map();
  const key = start * 2 ** 26 + end;
  if (!source.lower.has(key)) source.lower.set(key, cut(source, start, end).toLowerCase());
  return source.lower.get(key);
}

function fitsWords(columns, row, { run, words }) {
  const source = documents[columns.document[row]];
  const [layer, sides] = [columns.layer[row], [source.gold, source.runs[run]]];
  const indices = [columns.gold[row], columns.predicted[row]];
  const texts = [source.id.toLowerCase()];
  const spans = sides.flatMap((side, n) => spansOf(layer, side, indices[n]));
  for (const [start, end] of passagesOf(source, spans)) texts.push(wordsOf(source, start, end));
  if (layer >= FACT) {
    sides.forEach((side, n) => {
      if (indices[n] !== ABSENT) texts.push(shownValue(factValue(source, side, indices[n])).toLowerCase());
    });
  }
  return words.every((word) => texts.some((text) => text.includes(word)));
}

// The rows that fit, and for each kind how many there would be with it alone.
function select(filters) {
  const columns = runs[filters.run];
  const counts = new Int32Array(KINDS.length);
  const found = [];
  for (let row = 0; row < columns.n; row += 1) {
    if (!fits(columns, row, filters)) continue;
    counts[columns.kind[row]] += 1;
    if (filters.kinds.size === 0 || filters.kinds.has(columns.kind[row])) found.push(row);
  }
  return { found, counts };
}

function sorted(found, filters, sort) {
  if (sort !== "surest" && sort !== "doubtful") return found;
  const columns = runs[filters.run];
  const direction = sort === "surest" ? -1 : 1;
  const score = (row) => scoreOf(
    columns.layer[row], documents[columns.document[row]].runs[filters.run], columns.predicted[row]);
  const scores = new Map(found.map((row) => [row, score(row)]));
  // What was not predicted has no score and stands last.
  const absent = (row) => columns.predicted[row] === ABSENT;
  return found.sort((a, b) =>
    absent(a) - absent(b) || direction * (scores.get(a) - scores.get(b)) || a - b);
}
