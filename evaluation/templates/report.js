// ---------------------------------------------------------------- the page

let system = 0;

function showSystem(run) {
  system = run;
  summary(run);
  for (const name of ["mentions", "relations", "facts", "status"]) scorePart(run, name);
  confusionPart(run);
  curvePart(run);
  learningPart(run);
  bucketPart(run);
  valuePart(run);
  contents();
}

function contents() {
  const parts = [...document.querySelectorAll("main > section")].filter((part) => !part.hidden);
  byId("contents").replaceChildren(...parts.map((part) => {
    const line = make("li");
    const anchor = make("a", "", part.querySelector("h2").firstChild.textContent.trim());
    anchor.href = `#${part.id}`;
    line.append(anchor);
    return line;
  }));
}

function headings() {
  const names = data.runs.map(({ name }) => name);
  byId("title").textContent = names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const { data: counts, split: part, setting, confidence, resamples, seed } = data.runs[0];
  const sum = (byLabel) => Object.values(byLabel).reduce((total, n) => total + n, 0);
  const said = [
    plural(counts.documents, "document"), plural(counts.characters, "character"),
    plural(sum(counts.gold_mentions), "gold mention"), plural(sum(counts.gold_relations), "relation"),
    plural(counts.gold_facts, "fact"),
  ];
  byId("lead").textContent = `${part ? `${part}: ` : ""}${said.join(", ")}`
    + `${setting === "gold_mentions" ? "; predictions start from gold mentions" : ""}. `
    + (resamples ? `Small figures are ${Math.round(100 * confidence)} % intervals from ${grouped(resamples)} `
      + `bootstrap resamples of documents (seed ${seed}).` : "No intervals were drawn.");
  byId("warnings").append(...warnings().map((warning) => make("li", "", warning)));
}

// What is true of every system, as the number of documents is, is said once.
function warnings() {
  const systems = new Map();
  for (const run of data.runs) {
    for (const warning of run.warnings) systems.set(warning, [...(systems.get(warning) || []), run.name]);
  }
  return [...systems].map(([warning, names]) =>
    (names.length === data.runs.length ? warning : `${names.join(", ")}: ${warning}`));
}

function systemSwitch() {
  if (data.runs.length < 2) return;
  const group = choose("system", data.runs.map(({ name }, run) => [run, name]), 0, showSystem);
  byId("runs").append(...group.children);
  byId("runs").hidden = false;
}

function openBrowser() {
  readDocuments();
  fillForm();
  legend();
  setFilters(parseAddress("#browse"));
  follow();
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
}

// On paper there are no pages to turn: everything that fits the filters is printed, up to a limit.
function beforePrint() {
  const { run } = compiled(filters);
  byId("list").replaceChildren(...shown.slice(0, PRINT_LIMIT).map((row) => entryNode(run, row)));
  const left = shown.length - PRINT_LIMIT;
  if (left > 0) byId("count").textContent = `The first ${PRINT_LIMIT} of ${grouped(shown.length)} entries; ${grouped(left)} are left out`;
}

headings();
systemSwitch();
if (data.comparison) comparison();
else if (data.runs.length > 1) sideBySide();
byId("comparison").hidden = data.runs.length < 2;
showSystem(0);
if (window.matchMedia("(max-width: 62rem)").matches) byId("filter-box").open = false;
let typing = 0;
byId("filters").addEventListener("input", (event) => {
  clearTimeout(typing);
  if (event.target === byId("search")) typing = setTimeout(formChanged, 150);
  else formChanged();
});
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("clear").addEventListener("click", () => {
  history.replaceState(null, "", "#browse");
  setFilters({ ...DEFAULTS, run: filters.run });
});
byId("unpin").addEventListener("click", () => {
  filters = { ...filters, bucket: "", pair: "" };
  showForm();
  history.replaceState(null, "", address(filters));
  updateList();
});
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
window.addEventListener("hashchange", follow);
window.addEventListener("beforeprint", beforePrint);
window.addEventListener("afterprint", renderPage);
// The figures are painted before the documents are read.
setTimeout(openBrowser);
