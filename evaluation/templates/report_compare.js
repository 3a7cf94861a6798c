// ---------------------------------------------------------------- two systems, or more

const SIGNIFICANT = 0.05;

const probability = (p) => (p === null ? DASH : p < 0.001 ? "<0.001" : p.toFixed(3));

// A dot with its interval on a line from -range to +range, zero in the middle.
function balance(share, range) {
  const picture = draw("svg", { viewBox: "0 0 104 14", class: "whisker", "aria-hidden": "true" });
  const x = (value) => 52 + (50 * Math.max(-range, Math.min(range, value))) / range;
  picture.append(
    draw("line", { x1: 2, y1: 7, x2: 102, y2: 7, class: "axis" }),
    draw("line", { x1: 52, y1: 2, x2: 52, y2: 12, class: "axis" }),
  );
  if (share.value === null) return picture;
  if (share.low !== null && share.high !== null) {
    picture.append(draw("line", { x1: x(share.low), y1: 7, x2: x(share.high), y2: 7, class: "interval" }));
  }
  picture.append(draw("circle", { cx: x(share.value), cy: 7, r: 3.2, class: "dot" }));
  return picture;
}

function verdict({ difference, p_holm: p }) {
  if (p === null || difference.value === null) return make("span", "soft", DASH);
  if (p >= SIGNIFICANT) return make("span", "soft", "not shown");
  return make("span", difference.value > 0 ? "better" : "worse",
    `${data.runs[difference.value > 0 ? 1 : 0].name} better`);
}

const changeCells = (counts, filters) => ["fixed", "broken"].map((change) =>
  (counts ? count(counts[change], { change, side: "item", ...filters }) : DASH));

function totalOf(byLabel) {
  const total = { fixed: 0, broken: 0 };
  for (const counts of Object.values(byLabel)) {
    total.fixed += counts.fixed;
    total.broken += counts.broken;
  }
  return total;
}

// What was fixed and broken is counted for items: micro of mentions and relations, whole facts.
function changesOf({ layer, label }) {
  const byLabel = data.comparison.counts[layer] || {};
  const inSlots = ["fact", "project"].includes(layer);
  if (label === "micro") return inSlots ? null : [totalOf(byLabel), { layer }];
  if (inSlots && label !== "whole") return null;
  return [byLabel[label] || { fixed: 0, broken: 0 }, { layer, label }];
}

function differenceRow(one, range) {
  const filters = (run) => ({ ...scoreFilters(run, one.layer, one.label), side: "any" });
  const gap = make("span", "figure");
  gap.append(make("span", "", points(one.difference.value)));
  if (one.difference.low !== null && one.difference.high !== null) {
    gap.append(" ", make("small", "", `${points(one.difference.low)} to ${points(one.difference.high)}`));
  }
  return {
    name: labelName(one.label),
    strong: SUMMED.has(one.label),
    cells: [
      linkOrText(one.a === null ? null : filters(0), percent(one.a)),
      linkOrText(one.b === null ? null : filters(1), percent(one.b)),
      gap,
      balance(one.difference, range),
      probability(one.p),
      probability(one.p_holm),
      percent(one.detectable),
      verdict(one),
      ...changeCells(...(changesOf(one) || [null])),
    ],
  };
}

// Modalities are not tested, but what changed is worth seeing.
function untestedRows(tested) {
  const { counts } = data.comparison;
  return LAYERS.filter((layer) => counts[layer] && !tested.has(layer)).flatMap((layer) => [
    { name: LAYER_NAMES[layer], group: true },
    ...data.layerLabels[layer].filter((label) => counts[layer][label]).map((label) => ({
      name: labelName(label),
      cells: [...Array(8).fill(DASH), ...changeCells(counts[layer][label], { layer, label })],
    })),
  ]);
}

function differenceTable(differences) {
  const edges = differences.flatMap(({ difference: { value, low, high } }) => [value, low, high])
    .filter((edge) => edge !== null).map(Math.abs);
  const range = Math.min(1, Math.max(0.05, ...edges));
  const nameOf = (one) => `${one.table} · ${one.scheme}`;
  const rows = [...new Set(differences.map(nameOf))].flatMap((group) => [
    { name: group, group: true },
    ...differences
      .filter((one) => nameOf(one) === group && (one.a !== null || one.b !== null))
      .map((one) => differenceRow(one, range)),
  ]);
  const [a, b] = data.runs.map(({ name }) => name);
  const columns = [
    [a, "n"], [b, "n"], ["difference", "f wide"], [`±${(100 * range).toFixed(0)}`, "plot"], ["p", "n"],
    ["p (Holm)", "n"], ["detectable", "n"], ["", "verdict"], ["fixed", "n"], ["broken", "n"],
  ];
  const tested = new Set(differences.map(({ layer }) => layer));
  return table("Differences of F1", "F1", columns, [...rows, ...untestedRows(tested)]);
}

function comparison() {
  const [a, b] = data.runs.map(({ name }) => name);
  const { differences } = data.comparison;
  const tested = differences.filter(({ p_holm: p }) => p !== null);
  const shown = tested.filter(({ p_holm: p }) => p < SIGNIFICANT).length;
  const n = data.runs[0].data.documents;
  // Swapping all documents or none always gives a difference as great as the one that was found.
  const least = 2 / 2 ** n;
  const tooFew = least * tested.length > SIGNIFICANT
    ? ` With ${plural(n, "document")} no p can be below ${least.toFixed(3)}, so none could stand.`
    : "";
  byId("comparison-intro").textContent = `Differences are ${b} minus ${a}, in points of F1. ${shown} of `
    + `${plural(tested.length, "tested difference")} stand at the 5 % level after Holm’s correction.${tooFew} `
    + "p is from paired approximate randomisation over documents; detectable is the smallest difference that "
    + `such data would show four times out of five. Fixed: wrong in ${a}, right in ${b}; broken: the reverse.`;
  byId("differences").replaceChildren(differenceTable(differences));
}

function sideBySide() {
  byId("comparison-intro").textContent = "F1 of every system on the same gold, with its interval.";
  const groups = shownTables(0).filter(({ scheme: way }) =>
    ["strict", "triple", "project", "class"].includes(way));
  const rows = groups.flatMap((scores) => [
    { name: `${scores.table} · ${scores.scheme}`, group: true },
    ...scores.rows
      .filter((row) => SUMMED.has(row.label) || row.gold > 0)
      .map((row) => ({
        name: labelName(row.label),
        strong: SUMMED.has(row.label),
        cells: data.runs.map((_, run) => {
          const other = headline(run, `${scores.table}.${scores.scheme}`);
          const found = other?.rows.find(({ label }) => label === row.label);
          if (!found) return DASH;
          return figure(found.f1, { ...scoreFilters(run, scores.layer, row.label), side: "any" });
        }),
      })),
  ]);
  const columns = data.runs.map(({ name }) => [name, "f"]);
  byId("differences").replaceChildren(table("F1 side by side", "F1", columns, rows));
}
