const PAGE_SIZE = 50;
const PRINT_LIMIT = 1000;
const NONE = "";
const YI = 1e8;

// ---------------------------------------------------------------- facts

// A yuan sum as a number for sorting and ranges; the exact decimal is what is shown.
function yuan(fact) {
  const sum = fact.investment;
  return sum && sum.currency === "CNY" ? Number(sum.value) : null;
}

function searchable(fact) {
  const source = data.documents[fact.document];
  const named = [fact.zone, fact.member_of, fact.investment, fact.status, fact.date];
  return [
    fact.project, source.id, source.source,
    ...[...named, ...(fact.companies || [])].filter(Boolean).map((part) => part.text),
    ...fact.passages.map((index) => source.passages[index].text),
  ].join("\n").toLowerCase();
}

const facts = data.facts.map((fact, order) => ({
  ...fact,
  order,
  yuan: yuan(fact),
  words: searchable(fact),
  facets: {
    zone: fact.zone ? fact.zone.text : NONE,
    document: String(fact.document),
    status: fact.status ? fact.status.class : NONE,
    modality: fact.status ? fact.status.modality : NONE,
    role: fact.investment ? fact.investment.role : NONE,
  },
}));

// ---------------------------------------------------------------- filters

const CHOICES = ["status", "modality", "role"];
const SELECTS = ["zone", "document"];
const FACETS = [...CHOICES, ...SELECTS];
const boxes = {};  // facet -> [{value, box, count, row}]

function addChoices(facet, terms, noneTerm) {
  const values = [...Object.keys(terms), NONE];
  boxes[facet] = values.map((value) => value === NONE
    ? choice(facet, value, make("span", "", noneTerm))
    : choice(facet, value, make("span", "", withoutUnderscore(value)), chinese(terms[value], "zh")));
}

function addOptions(facet, all, entries) {
  const select = byId(facet);
  select.append(option("*", all), ...entries.map(([value, text]) => option(`=${value}`, text)));
}

function tally(facet) {
  const counts = new Map();
  for (const fact of facts) {
    const value = fact.facets[facet];
    counts.set(value, (counts.get(value) || 0) + 1);
  }
  return counts;
}

function fillFilters() {
  addChoices("status", data.terms.status, "no status");
  addChoices("modality", data.terms.modality, "no status");
  addChoices("role", data.terms.role, "no investment");
  const zones = [...tally("zone")].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  addOptions("zone", "all zones", zones.map(([zone, n]) =>
    [zone, `${zone === NONE ? "no zone said" : zone} (${grouped(n)})`]));
  const perDocument = tally("document");
  addOptions("document", "all documents", data.documents.map((source, index) =>
    [String(index), `${source.id} (${grouped(perDocument.get(String(index)) || 0)})`]));
}

function number(id) {
  const text = byId(id).value.trim();
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text) * YI;
}

// What the filters ask for: per facet the values wanted (none: all), words, and a range of sums.
function wanted() {
  const chosen = {};
  for (const facet of CHOICES) {
    chosen[facet] = new Set(boxes[facet].filter(({ box }) => box.checked).map(({ value }) => value));
  }
  for (const facet of SELECTS) {
    const value = byId(facet).value;
    chosen[facet] = new Set(value === "*" ? [] : [value.slice(1)]);
  }
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  return { chosen, words, least: number("least"), most: number("most") };
}

function fitsRange(fact, { least, most }) {
  if (least === null && most === null) return true;
  return fact.yuan !== null && (least === null || fact.yuan >= least) && (most === null || fact.yuan <= most);
}

// The facts that fit, and for each value of a facet how many there would be with it alone.
function select(filters) {
  const found = [];
  const counts = Object.fromEntries(CHOICES.map((facet) => [facet, new Map()]));
  for (const fact of facts) {
    if (!fitsRange(fact, filters) || !filters.words.every((word) => fact.words.includes(word))) continue;
    const missed = FACETS.filter((facet) =>
      filters.chosen[facet].size > 0 && !filters.chosen[facet].has(fact.facets[facet]));
    if (missed.length === 0) found.push(fact);
    for (const facet of CHOICES) {
      if (missed.length === 0 || (missed.length === 1 && missed[0] === facet)) {
        const value = fact.facets[facet];
        counts[facet].set(value, (counts[facet].get(value) || 0) + 1);
      }
    }
  }
  return { found, counts };
}

// Facts without a yuan sum stand last, whichever way sums are sorted.
function byAmount(direction) {
  return (a, b) => {
    if (a.yuan === null || b.yuan === null) return (a.yuan === null) - (b.yuan === null) || a.order - b.order;
    return direction * (a.yuan - b.yuan) || a.order - b.order;
  };
}

const ORDERS = {
  "text": (a, b) => a.order - b.order,
  "amount-down": byAmount(-1),
  "amount-up": byAmount(1),
  "confidence-down": (a, b) => b.confidence - a.confidence || a.order - b.order,
  "confidence-up": (a, b) => a.confidence - b.confidence || a.order - b.order,
};

function countActive({ chosen, words, least, most }) {
  const sets = FACETS.filter((facet) => chosen[facet].size > 0).length;
  return sets + (words.length > 0) + (least !== null || most !== null);
}

// ---------------------------------------------------------------- one fact

const QUALIFIERS = { about: "about ", at_least: "at least ", more_than: "more than ", less_than: "less than " };

// A decimal string with separators, digit for digit.
function separated(decimal) {
  const [whole, fraction] = decimal.split(".");
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction ? `${digits}.${fraction}` : digits;
}

function exactSum(sum) {
  if (sum.value === undefined) return "value not read";
  const upper = sum.upper === undefined ? "" : ` – ${separated(sum.upper)}`;
  return `${QUALIFIERS[sum.qualifier] || ""}${sum.currency} ${separated(sum.value)}${upper}`;
}

function investmentLine(fact) {
  const line = make("p", "sum");
  const sum = fact.investment;
  const words = make("strong");
  words.append(String(sum.span) === String(fact.project_span) ? "in the name" : chinese(sum.text));
  const role = make("span", "role", `${sum.role} investment `);
  role.append(chinese(data.terms.role[sum.role]));
  line.append(words, role, make("span", "value", exactSum(sum)));
  return line;
}

function stages(status) {
  const bar = make("span", `stages ${status.modality}`);
  bar.setAttribute("aria-hidden", "true");
  const steps = Object.keys(data.terms.status).filter((name) => name !== "stopped");
  const reached = steps.indexOf(status.class);
  for (let step = 0; step < steps.length; step += 1) bar.append(make("i", step <= reached ? "on" : ""));
  return bar;
}

function statusLine(status) {
  const line = make("p", "state");
  const name = make("span", "name", `${withoutUnderscore(status.class)} `);
  name.append(chinese(status.text));
  line.append(stages(status), name, make("span", "mode", status.modality));
  return line;
}

function slot(label, name, text, remark) {
  const row = make("div", "slot");
  const value = make("dd");
  value.append(chinese(text));
  if (remark) value.append(" ", make("small", "", remark));
  row.append(make("dt", label, name), value);
  return row;
}

function interval(date) {
  if (date.start === undefined) return "not read";
  return date.start === date.end ? date.start : `${date.start} – ${date.end}`;
}

function slots(fact) {
  const list = make("dl", "slots");
  if (fact.date) list.append(slot("DATE", "date", fact.date.text, interval(fact.date)));
  if (fact.zone) list.append(slot("ZONE", "zone", fact.zone.text));
  for (const company of fact.companies || []) list.append(slot("COMPANY", "company", company.text));
  if (fact.member_of) list.append(slot("PROJECT", "one of", fact.member_of.text));
  if (fact.size_class) list.append(slot("AMOUNT", "size", exactSum(fact.size_class)));
  return list;
}

function badge(fact) {
  if (!fact.group) return null;
  const count = fact.count;
  return make("span", "badge", count ? `${QUALIFIERS[count.qualifier] || ""}${plural(count.value, "project")}` : "group");
}

function spansOf(fact) {
  const parts = [fact.investment, fact.status, fact.date, fact.zone, fact.member_of, ...(fact.companies || [])];
  return new Set([fact.project_span, ...parts.filter(Boolean).map((part) => part.span)].map(String));
}

function sureness(confidence) {
  const sure = make("span", "sure", "confidence ");
  const meter = make("meter");
  meter.value = confidence;
  meter.setAttribute("aria-hidden", "true");
  sure.append(meter, confidence.toFixed(2));
  return sure;
}

function entry(fact) {
  const item = make("li");
  const article = make("article", "fact");
  const said = make("div", "said");
  const head = make("h2");
  head.append(chinese(fact.project));
  const note = badge(fact);
  if (note) head.append(note);
  said.append(head);
  if (fact.investment) said.append(investmentLine(fact));
  if (fact.status) said.append(statusLine(fact.status));
  said.append(slots(fact));
  const from = make("p", "from");
  const source = data.documents[fact.document];
  const year = source.year === null ? "" : ` · ${source.year}`;
  const [start, end] = fact.project_span;
  const place = make("span", "name", `${source.id}${year} · ${start}–${end}`);
  place.title = source.source || source.id;
  from.append(place, sureness(fact.confidence));
  const own = spansOf(fact);
  const evidence = make("div", "source");
  evidence.append(...fact.passages.map((index) => sentence(source.passages[index], own)), from);
  article.append(said, evidence);
  item.append(article);
  return item;
}

// ---------------------------------------------------------------- the page

let shown = [];
let page = 0;

function renderPage() {
  const pages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  page = Math.min(page, pages - 1);
  const first = page * PAGE_SIZE;
  const visible = shown.slice(first, first + PAGE_SIZE);
  byId("list").replaceChildren(...visible.map(entry));
  byId("empty").hidden = shown.length > 0;
  showPager(page, pages);
  const of = shown.length === facts.length ? "" : ` (of ${grouped(facts.length)})`;
  byId("count").textContent = shown.length === 0
    ? `0 facts${of}`
    : `${grouped(first + 1)}–${grouped(first + visible.length)} of ${plural(shown.length, "fact")}${of}`;
}

function update() {
  const filters = wanted();
  const { found, counts } = select(filters);
  shown = found.sort(ORDERS[byId("sort").value]);
  for (const facet of CHOICES) {
    for (const row of boxes[facet]) showCount(row, counts[facet].get(row.value) || 0);
  }
  const active = countActive(filters);
  byId("active").textContent = active ? `${active} set` : "";
  byId("clear").disabled = active === 0;
  page = 0;
  renderPage();
}

function turn(step) {
  page += step;
  renderPage();
  byId("facts").focus({ preventScroll: true });
  byId("facts").scrollIntoView();
}

function summarise() {
  const lines = [
    [data.documents.length, "documents", "文件"],
    [facts.length, "facts", "事实"],
    [new Set(facts.map((fact) => `${fact.document} ${fact.project_span}`)).size, "project mentions", "项目"],
    [facts.filter((fact) => fact.investment).length, "with a sum", "投资"],
    [facts.filter((fact) => fact.status).length, "with a status", "进度"],
    [data.unparsed.amounts + data.unparsed.dates, "sums or dates not read", "未解析"],
  ];
  for (const [n, english, term] of lines) {
    const name = make("dt", "", `${english} `);
    name.append(chinese(term));
    const pair = make("div");
    pair.append(name, make("dd", "", grouped(n)));
    byId("summary").append(pair);
  }
  legend();
}

// On paper there are no pages to turn: everything that fits the filters is printed, up to a limit.
function beforePrint() {
  byId("list").replaceChildren(...shown.slice(0, PRINT_LIMIT).map(entry));
  const left = shown.length - PRINT_LIMIT;
  const rest = left > 0 ? `; the first ${grouped(PRINT_LIMIT)} are printed, ${grouped(left)} are left out` : "";
  byId("count").textContent = `${plural(shown.length, "fact")}${rest}`;
}

fillFilters();
summarise();
if (window.matchMedia("(max-width: 62rem)").matches) byId("filter-box").open = false;
let typing = 0;
byId("filters").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(update, 120);
});
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("filters").addEventListener("reset", () => setTimeout(update));
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
window.addEventListener("beforeprint", beforePrint);
window.addEventListener("afterprint", renderPage);
update();
