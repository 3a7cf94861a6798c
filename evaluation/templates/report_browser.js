// ---------------------------------------------------------------- the browser of sentences

const PAGE_SIZE = 20;
const PRINT_LIMIT = 200;
// An entry about a project of the whole document may stand in many places.
const MAX_PASSAGES = 4;

const SELECTS = ["run", "change", "show", "layer", "label", "side", "document", "sort"];
let filters = { ...DEFAULTS };
let shown = [];   // rows of the columns of the system that is shown
let page = 0;
let kindRows = [];

// ---------------------------------------------------------------- one entry

// Digits in groups of three, names without underscores.
function shownValue(value) {
  return value.replace(/\d{5,}/g, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",")).replaceAll("_", " ");
}

function tag(label, text) {
  return make("span", `label ${label}`, withoutUnderscore(text ?? label));
}

const NOTHING = () => [make("span", "soft", "nothing")];

// What one side says, in words.
function saying(layer, source, side, index) {
  if (index === ABSENT) return NOTHING();
  const words = ([start, end]) => chinese(cut(source, start, end));
  const spans = spansOf(layer, side, index);
  const name = labelNames(layer)[labelOf(layer, side, index)];
  if (layer === MENTION) return [tag(name), " ", words(spans[0])];
  if (layer === RELATION) {
    const tail = side.relations[3 * index + 2];
    const status = labelOf(RELATION, side, index) === HAS_STATUS ? [" ", statusValue(side, tail)] : [];
    return [words(spans[0]), make("span", "relation", ` ${name} → `), words(spans[1]), ...status];
  }
  if (layer < FACT) return [tag("STATUS"), " ", words(spans[0]), " ", statusValue(side, index)];
  const value = factValue(source, side, index);
  const project = words(spans[0]);
  if (name === "whole") return [project, " ", make("span", "value", shownValue(value) || DASH)];
  if (name === "project") return [tag("PROJECT", "project"), " ", chinese(value)];
  return [project, make("span", "relation", ` ${withoutUnderscore(name)}: `), chinese(shownValue(value))];
}

function statusValue(side, mention) {
  const [status, modality] = statusOf(side, mention);
  if (status === ABSENT) return make("span", "soft", "no class");
  const names = [labelNames(STATUS_CLASS)[status], labelNames(STATUS_MODALITY)[modality]];
  return make("span", "value", withoutUnderscore(names.join(", ")));
}

function marksIn(side, start, end) {
  const marks = [];
  for (let n = 0; n < side.mentions.length; n += 3) {
    if (side.mentions[n] >= start && side.mentions[n + 1] <= end) marks.push(side.mentions.slice(n, n + 3));
  }
  return marks;
}

// One column of an entry: {name, side, index, row}; `row` is ABSENT for the gold.
function column(entry, one, passages) {
  const { layer, source } = entry;
  const own = spansOf(layer, one.side, one.index);
  const keys = new Set(own.map(String));
  const ghosts = entry.columns
    .filter((other) => other !== one)
    .flatMap((other) => spansOf(layer, other.side, other.index))
    .filter((span) => !keys.has(String(span)))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const element = make("section", "side");
  const head = make("h4", "", one.name);
  if (one.kind !== undefined) head.append(" ", kindBadge(one.kind));
  if (one.score !== undefined) head.append(" ", make("small", "", `score ${one.score.toFixed(2)}`));
  const said = make("p", "saying");
  said.append(...saying(layer, source, one.side, one.index));
  element.append(head, said);
  for (const [start, end] of passages.slice(0, MAX_PASSAGES)) {
    const passage = { start, text: cut(source, start, end).trimEnd(), marks: marksIn(one.side, start, end) };
    element.append(sentence(passage, keys, ghosts));
  }
  if (passages.length > MAX_PASSAGES) {
    element.append(make("p", "note", `and ${plural(passages.length - MAX_PASSAGES, "further place")}`));
  }
  return element;
}

function kindBadge(kind) {
  const badge = make("span", `badge kind ${KINDS[kind]}`, KIND_NAMES[KINDS[kind]]);
  badge.title = KIND_MEANINGS[KINDS[kind]];
  return badge;
}

function systemColumn(source, layer, run, row) {
  const predicted = row === ABSENT ? ABSENT : runs[run].predicted[row];
  const scored = source.runs[run].scores;
  const hasScores = scored.mentions.length + scored.relations.length + scored.facts.length > 0;
  return {
    name: data.runs.length > 1 ? data.runs[run].name : "Prediction",
    side: source.runs[run],
    index: predicted,
    kind: data.runs.length > 1 && row !== ABSENT ? runs[run].kind[row] : undefined,
    score: predicted === ABSENT || !hasScores ? undefined : scoreOf(layer, source.runs[run], predicted),
  };
}

// The gold, the system whose list this is, and, where they are two, what the other one did there.
function entryOf(run, row) {
  const columns = runs[run];
  const source = documents[columns.document[row]];
  const layer = columns.layer[row];
  const systems = data.runs.length === 2 ? [0, 1] : [run];
  return {
    row, source, layer,
    kind: columns.kind[row],
    columns: [
      { name: "Gold", side: source.gold, index: columns.gold[row] },
      ...systems.map((system) => systemColumn(
        source, layer, system, system === run ? row : counterpart(run, row, system))),
    ],
  };
}

function entryNode(run, row) {
  const entry = entryOf(run, row);
  const { source, layer, kind } = entry;
  const spans = entry.columns.flatMap((one) => spansOf(layer, one.side, one.index));
  const label = runs[run].goldLabel[row] === ABSENT ? runs[run].predictedLabel[row] : runs[run].goldLabel[row];
  const item = make("li");
  const article = make("article", "case");
  const head = make("header", "case-head");
  const title = make("h3");
  // Of two systems each has its own kind, in its column.
  if (entry.columns.length === 2) title.append(kindBadge(kind), " ");
  title.append(make("span", "layer", LAYER_SINGULAR[LAYERS[layer]]), " ", tag(labelNames(layer)[label]));
  const [start, end] = [Math.min(...spans.map((span) => span[0])), Math.max(...spans.map((span) => span[1]))];
  const year = source.year === null ? "" : ` · ${source.year}`;
  const place = make("span", "name", `${source.id}${year} · ${grouped(start)}–${grouped(end)}`);
  place.title = source.source || source.id;
  const anchor = make("a", "permalink", "link");
  anchor.href = `#d=${hashOf(run, row)}${run ? `&run=${run}` : ""}`;
  anchor.setAttribute("aria-label", `Permalink of this ${KIND_NAMES[KINDS[kind]]} entry`);
  const from = make("p", "from");
  from.append(place, anchor);
  head.append(title, from);
  const passages = passagesOf(source, spans);
  const sides = make("div", `sides of${entry.columns.length}`);
  sides.append(...entry.columns.map((one) => column(entry, one, passages)));
  article.append(head, sides);
  article.tabIndex = -1;
  article.dataset.row = row;
  item.append(article);
  return item;
}

// ---------------------------------------------------------------- the list

function renderPage() {
  const pages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  page = Math.min(page, pages - 1);
  const first = page * PAGE_SIZE;
  const visible = shown.slice(first, first + PAGE_SIZE);
  const { run } = compiled(filters);
  byId("list").replaceChildren(...visible.map((row) => entryNode(run, row)));
  byId("empty").hidden = shown.length > 0;
  showPager(page, pages);
  byId("count").textContent = shown.length === 0
    ? "0 entries"
    : `${grouped(first + 1)}–${grouped(first + visible.length)} of ${shown.length === 1 ? "1 entry" : `${grouped(shown.length)} entries`}`;
}

function updateList() {
  const numbers = compiled(filters);
  const { found, counts } = select(numbers);
  shown = sorted(found, numbers, filters.sort);
  for (const row of kindRows) {
    const n = counts[KINDS.indexOf(row.value)];
    showCount(row, n);
    row.row.hidden = n === 0 && !row.box.checked;
  }
  page = 0;
  renderPage();
}

function turn(step) {
  page += step;
  renderPage();
  byId("found").focus({ preventScroll: true });
  byId("found").scrollIntoView({ behavior: "instant" });
}

// ---------------------------------------------------------------- the form

function fillLabels() {
  const layer = LAYERS.indexOf(filters.layer);
  const names = layer === ABSENT ? [] : labelNames(layer);
  const slots = layer >= FACT ? [option(SLOTS, "every slot")] : [];
  byId("label").replaceChildren(option("", "all labels"), ...slots,
    ...names.map((name) => option(name, withoutUnderscore(name))));
  byId("label").disabled = layer === ABSENT;
  byId("label").title = layer === ABSENT ? "choose a layer first" : "";
}

function fillForm() {
  byId("run").append(...data.runs.map(({ name }, run) => option(String(run), name)));
  byId("run-field").hidden = data.runs.length < 2;
  byId("change").append(...Object.entries(CHANGES).map(([value, text]) => option(value, text)));
  byId("change-field").hidden = !data.comparison;
  byId("show").append(...Object.entries(SHOW).map(([value, text]) => option(value, text)));
  byId("layer").append(option("", "all layers"), ...LAYERS.map((name) => option(name, LAYER_NAMES[name])));
  byId("side").append(...Object.entries(SIDES).map(([value, text]) => option(value, text)));
  byId("document").append(option("", "all documents"), ...documents.map(({ id }) => option(id, id)));
  byId("sort").append(...Object.entries(SORTS).map(([value, text]) => option(value, text)));
  kindRows = KINDS.map((kind) => {
    const row = choice("kind", kind, make("span", "", KIND_NAMES[kind]));
    row.row.title = KIND_MEANINGS[kind];
    return row;
  });
}

// What a link from a table asks for beyond the form.
function pinnedText() {
  if (filters.pair) {
    const [gold, predicted] = split(filters.pair, ">").map(withoutUnderscore);
    return gold === predicted ? `gold and prediction ${gold}` : `gold ${gold}, predicted ${predicted}`;
  }
  if (!filters.bucket) return "";
  const [key, name] = split(filters.bucket, ":");
  const buckets = data.runs.flatMap((run) => run.buckets).find((one) => `${one.layer}.${one.name}` === key);
  return buckets ? `${buckets.title}: ${name}` : "";
}

function showForm() {
  fillLabels();
  for (const name of SELECTS) {
    byId(name).value = filters[name];
    // A value that is not among the choices is no choice.
    if (byId(name).selectedIndex < 0) byId(name).selectedIndex = 0;
  }
  const change = { fixed: "0", broken: "1" }[filters.change];
  byId("run").disabled = change !== undefined;
  if (change !== undefined) byId("run").value = change;
  byId("search").value = filters.q;
  const kinds = filters.kind.split(",");
  for (const { box, value } of kindRows) box.checked = kinds.includes(value);
  showPinned();
}

function showPinned() {
  byId("pinned").hidden = pinnedText() === "";
  byId("pinned-text").textContent = pinnedText();
  const active = Object.entries(filters).filter(([name, value]) =>
    !["sort", "run"].includes(name) && value !== DEFAULTS[name]).length;
  byId("active").textContent = active ? `${active} set` : "";
  byId("clear").disabled = active === 0;
}

function readForm() {
  const layer = byId("layer").value;
  const moved = layer !== filters.layer;
  filters = {
    ...filters,
    ...Object.fromEntries(SELECTS.map((name) => [name, byId(name).value])),
    q: byId("search").value,
    kind: kindRows.filter(({ box }) => box.checked).map(({ value }) => value).join(","),
  };
  // Labels, buckets and pairs belong to their layer.
  if (moved) Object.assign(filters, { label: "", bucket: "", pair: "" });
}

function setFilters(changed) {
  filters = changed;
  showForm();
  updateList();
}

// The form changes the address without a new step in the history: back leads to the table again.
function formChanged() {
  readForm();
  showForm();
  history.replaceState(null, "", address(filters));
  updateList();
}

// ---------------------------------------------------------------- addresses

function scrollToBrowser() {
  byId("browser").scrollIntoView({ behavior: "instant" });
  byId("found").focus({ preventScroll: true });
}

function openEntry(hash, wanted) {
  const order = [wanted, ...data.runs.keys()].filter((run, n, all) => run in data.runs && all.indexOf(run) === n);
  for (const run of order) {
    const row = findHash(run, hash);
    if (row === ABSENT) continue;
    const columns = runs[run];
    setFilters({ ...DEFAULTS, run: String(run), show: "all", layer: LAYERS[columns.layer[row]],
      document: documents[columns.document[row]].id });
    page = Math.floor(shown.indexOf(row) / PAGE_SIZE);
    renderPage();
    const article = byId("list").querySelector(`[data-row="${row}"]`);
    article.classList.add("wanted");
    article.scrollIntoView({ behavior: "instant", block: "center" });
    article.focus({ preventScroll: true });
    return;
  }
  setFilters({ ...DEFAULTS });
  byId("count").textContent = "This permalink leads to nothing in this report.";
  scrollToBrowser();
}

function follow() {
  const hash = location.hash;
  const browsing = hash === "#browse" || hash.startsWith("#browse?");
  document.body.classList.toggle("browsing", browsing || hash.startsWith("#d="));
  if (hash.startsWith("#d=")) {
    const parts = new URLSearchParams(hash.slice(1));
    openEntry(parts.get("d"), Number(parts.get("run") || 0));
  } else if (browsing) {
    setFilters(parseAddress(hash));
    scrollToBrowser();
  }
}
