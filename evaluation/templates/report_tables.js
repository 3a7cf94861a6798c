// ---------------------------------------------------------------- tables of figures

const DASH = "–";
const SCHEMES = {
  "mentions.strict": "Span and label are right.",
  "mentions.exact": "The span is right; the label is ignored.",
  "mentions.partial": "A right span counts one, an overlap one half; the label is ignored.",
  "mentions.type": "The spans overlap and the label is right.",
  "relations.strict": "Type, both spans and both labels are right.",
  "relations.relaxed": "Type and labels are right, and both spans overlap those of the gold.",
  "relations.with_status": "Strictly right, and of HasStatus class and modality are right too.",
  "facts.triple": "One row a project mention, investment and status. Whole: everything in it is right.",
  "facts.project": "One record a project, its mentions merged. Whole: everything in it is right.",
  "status.class": "Class of the STATUS mentions that were found. What was not found counts with the mentions.",
  "status.modality": "Modality of the STATUS mentions that were found.",
};
const HEADLINES = [
  ["Mentions", "mentions.strict", "span and label"],
  ["Relations", "relations.strict", "type and spans"],
  ["Facts", "facts.triple", "whole rows"],
  ["Projects", "facts.project", "whole records"],
];
const SUMMED = new Set(["micro", "macro", "whole"]);

// Percent with one decimal; what lies in the middle goes to the even digit, as in the other files.
function percent(share) {
  if (share === null) return DASH;
  const tenths = 1000 * share;
  const isMiddle = Number.isInteger(400 * share) && tenths % 1 === 0.5;
  return isMiddle ? ((2 * Math.round(tenths / 2)) / 10).toFixed(1) : (100 * share).toFixed(1);
}

const points = (share) => (share === null ? DASH : `${share > 0 ? "+" : share < 0 ? "−" : ""}${percent(Math.abs(share))}`);

function link(filters, text, label) {
  const anchor = make("a", "to", text);
  anchor.href = address({ ...DEFAULTS, show: "all", ...filters });
  if (label) anchor.setAttribute("aria-label", label);
  return anchor;
}

const linkOrText = (filters, text) => (filters ? link(filters, text) : make("span", "", text));

// Columns are [text, class, text on a narrow page]; a row is {name, cells, group, strong}, its cells are nodes.
function table(caption, first, columns, rows) {
  const element = make("table");
  element.append(make("caption", "hidden", caption));
  const head = make("tr");
  for (const [text, className, short] of [[first, "name"], ...columns]) {
    const cell = make("th", className, short ? "" : text);
    if (short) cell.append(make("span", "at-wide", text), make("span", "at-narrow", short));
    cell.scope = "col";
    head.append(cell);
  }
  const bodies = [make("tbody")];
  for (const { name, cells, group, strong } of rows) {
    if (group) bodies.push(make("tbody"));
    const line = make("tr", group ? "group" : strong ? "strong" : "");
    const title = make("th", "name");
    title.scope = group ? "rowgroup" : "row";
    if (group) title.colSpan = columns.length + 1;
    title.append(name);
    line.append(title, ...(cells || []).map((cell, n) => {
      const box = make("td", columns[n][1]);
      box.append(cell);
      return box;
    }));
    bodies.at(-1).append(line);
  }
  element.append(make("thead"), ...bodies.filter(({ rows: lines }) => lines.length > 0));
  element.tHead.append(head);
  const frame = make("div", "frame");
  frame.append(element);
  return frame;
}

function labelName(label) {
  const name = make("span", `label ${label}`, withoutUnderscore(label));
  const both = make("span");
  both.append(name);
  if (Object.hasOwn(LABEL_TERMS, label)) both.append(" ", chinese(LABEL_TERMS[label], "zh"));
  return both;
}

function figure(share, filters) {
  const cell = make("span", "figure");
  cell.append(linkOrText(share.value === null ? null : filters, percent(share.value)));
  if (share.low !== null && share.high !== null) {
    cell.append(" ", make("small", "", `${percent(share.low)}–${percent(share.high)}`));
  }
  return cell;
}

// Noughts are pale, so that what there is stands out.
const count = (n, filters) => (n > 0 ? linkOrText(filters, grouped(n)) : make("span", "nought", "0"));

// A dot with its interval on a line from 0 to 100 %; the figure stands beside it in words.
function whisker(share) {
  const picture = draw("svg", { viewBox: "0 0 104 14", class: "whisker", "aria-hidden": "true" });
  picture.append(draw("line", { x1: 2, y1: 7, x2: 102, y2: 7, class: "axis" }));
  if (share.value === null) return picture;
  if (share.low !== null && share.high !== null) {
    picture.append(draw("line", { x1: 2 + 100 * share.low, y1: 7, x2: 2 + 100 * share.high, y2: 7, class: "interval" }));
  }
  picture.append(draw("circle", { cx: 2 + 100 * share.value, cy: 7, r: 3.2, class: "dot" }));
  return picture;
}

const SCORE_COLUMNS = [
  ["gold", "n"], ["pred.", "n"], ["precision", "f", "P"], ["recall", "f", "R"], ["F1", "f f1"], ["", "plot"],
];

// `filters` select what the row is about; null where that is not known.
function scoreCells(row, filters) {
  const of = (side) => filters && { ...filters, side };
  return [
    count(row.gold, of("gold")),
    count(row.predicted, of("predicted")),
    figure(row.precision, of("predicted")),
    figure(row.recall, of("gold")),
    figure(row.f1, of("any")),
    whisker(row.f1),
  ];
}

function scoreFilters(run, layer, label) {
  const filters = { run, layer };
  if (label === "micro" || label === "macro") {
    return ["fact", "project"].includes(layer) ? { ...filters, label: SLOTS } : filters;
  }
  return { ...filters, label };
}

function scoreTable(run, scores) {
  const rows = scores.rows
    .filter((row) => row.gold + row.predicted > 0 || SUMMED.has(row.label))
    .map((row) => ({
      name: labelName(row.label),
      strong: SUMMED.has(row.label),
      cells: scoreCells(row, scoreFilters(run, scores.layer, row.label)),
    }));
  return table(`${scores.table}, ${scores.scheme}`, "label", SCORE_COLUMNS, rows);
}

// Which kinds of error there are, by label: the label of the gold, else that of the prediction.
function kindTable(run, layer) {
  const counts = data.runs[run].kinds[layer];
  const labels = data.layerLabels[layer].filter((label) => Object.hasOwn(counts, label));
  const kinds = KINDS.filter((kind) => labels.some((label) => counts[label][kind] > 0));
  const rows = labels.map((label) => ({
    name: labelName(label),
    cells: kinds.map((kind) => count(counts[label][kind], { run, layer, label, side: "item", kind })),
  }));
  const columns = kinds.map((kind) => [KIND_NAMES[kind], "n kind-name"]);
  return table(`${LAYER_NAMES[layer]} by kind of error`, "label", columns, rows);
}

function beside(...groups) {
  const row = make("div", "beside");
  for (const nodes of groups) {
    const box = make("div");
    box.append(...nodes);
    row.append(box);
  }
  return row;
}

// One of several, as radio buttons that look like one control.
function choose(name, values, chosen, onChange) {
  const group = make("div", "switch");
  for (const [value, text] of values) {
    const label = make("label");
    const button = make("input");
    button.type = "radio";
    button.name = name;
    button.value = value;
    button.checked = value === chosen;
    button.addEventListener("change", () => onChange(value));
    label.append(button, make("span", "", text));
    group.append(label);
  }
  return group;
}

const scheme = {};  // table -> the scheme that is shown, kept when the system changes

function scorePart(run, name) {
  const part = byId(`${name}-scores`);
  const tables = shownTables(run).filter((scores) => scores.table === name);
  byId(name).hidden = tables.length === 0;
  if (tables.length === 0) return;
  scheme[name] ??= tables[0].scheme;
  const shown = tables.find((scores) => scores.scheme === scheme[name]) || tables[0];
  const choices = tables.map((scores) => [scores.scheme, withoutUnderscore(scores.scheme)]);
  const line = make("div", "schemes");
  const group = choose(`scheme-${name}`, choices, shown.scheme, (value) => {
    scheme[name] = value;
    scorePart(run, name);
    part.querySelector("input:checked").focus();
  });
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", `Matching of ${name}`);
  line.append(group, make("p", "", SCHEMES[`${name}.${shown.scheme}`]));
  part.replaceChildren(
    line,
    beside(
      [scoreTable(run, shown)],
      [make("h3", "", "What became of them"), kindTable(run, shown.layer)],
    ),
  );
}

// ---------------------------------------------------------------- summary

// Of a system that was given the gold mentions their scores say nothing.
function shownTables(run) {
  const given = data.runs[run].setting === "gold_mentions";
  return data.runs[run].tables.filter((scores) => !(given && scores.table === "mentions"));
}

function headline(run, key) {
  const [name, way] = key.split(".");
  return shownTables(run).find((scores) => scores.table === name && scores.scheme === way);
}

function tileRow(run, row, filters) {
  const line = make("div", "tile-row");
  const value = make("p", "value");
  value.append(linkOrText(row.f1.value === null ? null : filters, percent(row.f1.value)));
  const rest = make("p", "rest");
  if (row.f1.low !== null && row.f1.high !== null) {
    rest.append(`${percent(row.f1.low)}–${percent(row.f1.high)} · `);
  }
  rest.append(`P ${percent(row.precision.value)} · R ${percent(row.recall.value)}`);
  if (data.runs.length > 1) line.append(make("p", "system", data.runs[run].name));
  line.append(value, whisker(row.f1), rest);
  return line;
}

function tile(title, note, rows) {
  const element = make("div", "tile");
  const name = make("h3", "", title);
  name.append(" ", make("small", "", note));
  element.append(name, ...rows);
  return element;
}

function hardRow(run) {
  const hard = data.runs[run].buckets.find(({ name, layer }) => name === "hard" && layer === "fact");
  const row = hard && hard.rows.find(({ bucket }) => bucket === "hard");
  return row && { row, filters: hard.linked ? bucketFilters(run, hard, row) : null };
}

function summary(run) {
  const systems = data.runs.length > 3 ? [run] : [...data.runs.keys()];
  const tiles = HEADLINES.map(([title, key, note]) => tile(title, note, systems.flatMap((n) => {
    const scores = headline(n, key);
    return scores ? [tileRow(n, scores.rows[0], scoreFilters(n, scores.layer, scores.rows[0].label))] : [];
  })));
  const hard = systems.map((n) => [n, hardRow(n)]).filter(([, found]) => found);
  if (hard.length > 0) {
    tiles.push(tile("Facts", "hard subset", hard.map(([n, { row, filters }]) =>
      tileRow(n, row, filters))));
  }
  byId("tiles").replaceChildren(...tiles.filter((one) => one.querySelector(".tile-row")));
  const rows = shownTables(run).map((scores) => ({
    name: make("span", "", `${scores.table} · ${withoutUnderscore(scores.scheme)}${scores.rows[0].label === "whole" ? " · whole" : ""}`),
    cells: scoreCells(scores.rows[0], scoreFilters(run, scores.layer, scores.rows[0].label)),
  }));
  byId("overview").replaceChildren(table("All schemes, micro", "scores", SCORE_COLUMNS, rows));
}

// ---------------------------------------------------------------- confusion, buckets, values

function confusionTable(run, confusion) {
  const layer = { mentions: "mention", relations: "relation" }[confusion.name] || confusion.name;
  const last = confusion.labels.length - 1;
  const used = confusion.labels.map((_, n) =>
    confusion.counts[n].some(Boolean) || confusion.counts.some((row) => row[n] > 0));
  const labels = confusion.labels.map((_, n) => n).filter((n) => used[n]);
  const largest = Math.max(1, ...labels.flatMap((row) =>
    labels.filter((column) => column !== row).map((column) => confusion.counts[row][column])));
  const rows = labels.map((row) => ({
    name: labelName(confusion.labels[row]),
    cells: labels.map((column) => {
      const n = confusion.counts[row][column];
      if (row === last && column === last) return make("span", "", DASH);
      const name = (index) => (index === last ? "none" : confusion.labels[index]);
      const cell = count(n, { run, layer, pair: `${name(row)}>${name(column)}` });
      cell.classList.add("heat", row === column ? "right" : "wrong");
      // Right ones stand out by colour alone: they would make all errors pale.
      cell.style.setProperty("--heat", row === column ? (n ? "14%" : "0%") : `${Math.round(45 * Math.sqrt(n / largest))}%`);
      return cell;
    }),
  }));
  const columns = labels.map((n) => [withoutUnderscore(confusion.labels[n]), "n turned"]);
  const element = make("div", "confusion");
  element.append(
    make("h3", "", withoutUnderscore(confusion.name)),
    table(`Confusion of ${withoutUnderscore(confusion.name)}`, "gold ↓", columns, rows),
  );
  return element;
}

function confusionPart(run) {
  byId("confusions").replaceChildren(...data.runs[run].confusions
    .filter(({ counts }) => counts.flat().some(Boolean))
    .map((confusion) => confusionTable(run, confusion)));
}

function bucketFilters(run, buckets, row) {
  return { run, layer: buckets.layer, label: buckets.layer === "fact" ? "whole" : "",
    bucket: `${buckets.layer}.${buckets.name}:${row.bucket}` };
}

function bucketPart(run) {
  const byName = new Map();
  for (const buckets of data.runs[run].buckets) {
    byName.set(buckets.name, [...(byName.get(buckets.name) || []), buckets]);
  }
  // Where all items are in one bucket there is nothing to compare.
  const names = [...byName.keys()]
    .filter((name) => byName.get(name).some(({ rows }) => rows.length > 1))
    .sort((a, b) => (b === "hard") - (a === "hard"));
  byId("bucket-tables").replaceChildren(...names.map((name) => {
    const tables = byName.get(name);
    const rows = tables.flatMap((buckets) => [
      { name: LAYER_NAMES[buckets.layer], group: true },
      ...buckets.rows.map((row) => ({
        name: make("span", "", row.bucket),
        cells: scoreCells(row, buckets.linked ? bucketFilters(run, buckets, row) : null),
      })),
    ]);
    const element = make("div", "bucket");
    element.append(make("h3", "", tables[0].title), table(tables[0].title, "", SCORE_COLUMNS, rows));
    if (!tables.every(({ linked }) => linked)) {
      element.append(make("p", "note", "These buckets come from outside the texts, so their numbers have no links."));
    }
    return element;
  }));
}

function failureList(value) {
  const box = make("details", "failures");
  box.append(make("summary", "", plural(value.failures.length, "failure")));
  const list = make("ul");
  for (const { text, expected, found } of value.failures) {
    const line = make("li");
    line.append(chinese(text), ` expected ${expected}, read ${found}`);
    list.append(line);
  }
  box.append(list);
  return box;
}

function valuePart(run) {
  const { values } = data.runs[run];
  byId("values").hidden = values.length === 0;
  const rows = values.map((value) => ({
    name: make("span", "", `${value.parser} · ${value.pattern}`),
    cells: [
      make("span", "", grouped(value.cases)),
      make("span", "", grouped(value.correct)),
      make("span", "", percent(value.accuracy)),
      value.failures.length ? failureList(value) : "",
    ],
  }));
  const columns = [["cases", "n"], ["read right", "n"], ["accuracy", "n"], ["", "long"]];
  byId("value-tables").replaceChildren(table("Values", "parser and pattern", columns, rows));
}
