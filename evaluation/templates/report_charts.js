// ---------------------------------------------------------------- charts

const FRAME = { width: 420, height: 320, left: 46, right: 14, top: 12, bottom: 44 };

function draw(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const path = (pairs) => pairs.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function scales({ x, y }) {
  const { width, height, left, right, top, bottom } = FRAME;
  return {
    sx: (value) => left + ((value - x.min) / (x.max - x.min)) * (width - left - right),
    sy: (value) => height - bottom - ((value - y.min) / (y.max - y.min)) * (height - top - bottom),
  };
}

function axes(svg, { x, y }, { sx, sy }) {
  const { width, height, left, right, top, bottom } = FRAME;
  for (const tick of x.ticks) {
    svg.append(
      draw("line", { x1: sx(tick), y1: top, x2: sx(tick), y2: height - bottom, class: "grid" }),
      draw("text", { x: sx(tick), y: height - bottom + 16, class: "tick middle" }, x.show(tick)),
    );
  }
  for (const tick of y.ticks) {
    svg.append(
      draw("line", { x1: left, y1: sy(tick), x2: width - right, y2: sy(tick), class: "grid" }),
      draw("text", { x: left - 7, y: sy(tick) + 4, class: "tick end" }, y.show(tick)),
    );
  }
  svg.append(
    draw("text", { x: (left + width - right) / 2, y: height - 8, class: "axis-name middle" }, x.name),
    draw("text", { x: 0, y: 0, class: "axis-name middle",
      transform: `translate(12 ${(top + height - bottom) / 2}) rotate(-90)` }, y.name),
  );
}

// A chart whose points tell their figures when the pointer or the arrow keys come to them.
// `paint(svg, scales)` draws what is behind the points, `stops` are {x, y, text}, `start` is the
// one that is told first.
function chart({ title, note, x, y, paint, stops, start }) {
  const svg = draw("svg", { viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, class: "chart" });
  const scale = scales({ x, y });
  axes(svg, { x, y }, scale);
  paint(svg, scale);
  const marker = draw("circle", { r: 5.5, class: "marker" });
  svg.append(marker);
  const told = make("figcaption", "told");
  let at = start;
  const tell = (index) => {
    at = Math.max(0, Math.min(stops.length - 1, index));
    marker.setAttribute("cx", scale.sx(stops[at].x));
    marker.setAttribute("cy", scale.sy(stops[at].y));
    told.textContent = stops[at].text;
    svg.setAttribute("aria-valuenow", at + 1);
    svg.setAttribute("aria-valuetext", stops[at].text);
  };
  const nearest = (event) => {
    const box = svg.getBoundingClientRect();
    const [px, py] = [
      ((event.clientX - box.left) / box.width) * FRAME.width,
      ((event.clientY - box.top) / box.height) * FRAME.height,
    ];
    const far = (stop) => Math.hypot(scale.sx(stop.x) - px, scale.sy(stop.y) - py);
    return stops.reduce((best, stop, n) => (far(stop) < far(stops[best]) ? n : best), 0);
  };
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "slider");
  svg.setAttribute("aria-label", `${title}; arrow keys go from point to point`);
  svg.setAttribute("aria-valuemin", 1);
  svg.setAttribute("aria-valuemax", stops.length);
  svg.addEventListener("pointermove", (event) => tell(nearest(event)));
  svg.addEventListener("pointerdown", (event) => tell(nearest(event)));
  svg.addEventListener("pointerleave", () => tell(start));
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10,
      Home: -stops.length, End: stops.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    tell(at + step);
  });
  tell(start);
  const element = make("figure", "chart-box");
  const head = make("h3", "", title);
  if (note) head.append(" ", make("small", "", note));
  element.append(head, svg, told);
  return element;
}

const SHARES = { min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1], show: (tick) => String(100 * tick) };
const f1Of = ({ precision, recall }) => (precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0);

function equalF1(svg, { sx, sy }) {
  for (const f1 of [0.2, 0.4, 0.6, 0.8]) {
    const pairs = [];
    for (let recall = f1 / (2 - f1); recall <= 1.0001; recall += 0.02) {
      pairs.push([sx(Math.min(1, recall)), sy((f1 * recall) / (2 * recall - f1))]);
    }
    svg.append(draw("path", { d: path(pairs), class: "equal" }));
    svg.append(draw("text", { x: sx(1) - 3, y: sy(f1 / (2 - f1)) - 3, class: "equal-name end" }, `F1 ${100 * f1}`));
  }
}

// Steps, as average precision adds them up: each recall is reached at the precision of its point.
function steps(found, { sx, sy }) {
  const pairs = [];
  let recall = 0;
  for (const point of found) {
    pairs.push([sx(recall), sy(point.precision)], [sx(point.recall), sy(point.precision)]);
    recall = point.recall;
  }
  return path(pairs);
}

const sameCurve = (run, curve) => data.runs[run].curves.find((other) =>
  other.layer === curve.layer && other.label === curve.label);

function plotted(curve) {
  return curve.points.filter(({ precision, recall }) => precision !== null && recall !== null);
}

// Without gold there is no recall, and with equal scores no threshold to move.
const isDrawable = (curve) => curve.informative && plotted(curve).length > 0;

function precisionRecallChart(run, curve) {
  const found = plotted(curve);
  const stops = found.map((point) => ({
    x: point.recall,
    y: point.precision,
    text: `threshold ${point.threshold.toFixed(3)}: precision ${percent(point.precision)}, recall `
      + `${percent(point.recall)}, F1 ${percent(f1Of(point))}`,
  }));
  const best = found.reduce((top, point, n) => (f1Of(point) > f1Of(found[top]) ? n : top), 0);
  return chart({
    title: "Precision and recall",
    note: `${LAYER_NAMES[curve.layer]} · ${curve.label}`,
    x: { ...SHARES, name: "recall, %" },
    y: { ...SHARES, name: "precision, %" },
    paint: (svg, scale) => {
      equalF1(svg, scale);
      for (const other of data.runs.keys()) {
        const theirs = other === run ? null : sameCurve(other, curve);
        if (theirs?.informative) svg.append(draw("path", { d: steps(plotted(theirs), scale), class: "line other" }));
      }
      svg.append(draw("path", { d: steps(found, scale), class: `line own ${curve.label}` }));
    },
    stops,
    start: best,
  });
}

function calibrationChart(curve) {
  const filled = curve.bins.filter(({ count: n }) => n > 0);
  const most = Math.max(...filled.map(({ count: n }) => n));
  return chart({
    title: "Calibration",
    note: `${LAYER_NAMES[curve.layer]} · ${curve.label}`,
    x: { ...SHARES, name: "mean score, %" },
    y: { ...SHARES, name: "right, %" },
    paint: (svg, { sx, sy }) => {
      for (const bin of filled) {
        const height = 0.22 * (bin.count / most);
        svg.append(draw("rect", { x: sx(bin.low) + 1, width: sx(bin.high) - sx(bin.low) - 2,
          y: sy(height), height: sy(0) - sy(height), class: "bar-of-count" }));
      }
      svg.append(draw("line", { x1: sx(0), y1: sy(0), x2: sx(1), y2: sy(1), class: "equal" }));
      const pairs = filled.map((bin) => [sx(bin.mean_score), sy(bin.accuracy)]);
      svg.append(draw("path", { d: path(pairs), class: `line own ${curve.label}` }));
      for (const [cx, cy] of pairs) svg.append(draw("circle", { cx, cy, r: 3, class: `point ${curve.label}` }));
    },
    stops: filled.map((bin) => ({
      x: bin.mean_score,
      y: bin.accuracy,
      text: `score ${bin.low.toFixed(1)}–${bin.high.toFixed(1)}: ${plural(bin.count, "prediction")}, mean score `
        + `${percent(bin.mean_score)}, right ${percent(bin.accuracy)}`,
    })),
    start: filled.length - 1,
  });
}

// ---------------------------------------------------------------- curves of labels

let curveShown = "mention micro";  // kept when the system changes

function showCurve(run, curve) {
  curveShown = `${curve.layer} ${curve.label}`;
  byId("curve-charts").replaceChildren(precisionRecallChart(run, curve), calibrationChart(curve));
}

function curveChoice(run, curves, chosen) {
  const rows = curves.map((curve) => {
    const name = make("label", "curve-name");
    const button = make("input");
    button.type = "radio";
    button.name = "curve";
    button.checked = curve === chosen;
    button.disabled = !isDrawable(curve);
    button.addEventListener("change", () => showCurve(run, curve));
    name.append(button, labelName(curve.label));
    return {
      name,
      cells: [
        count(curve.gold, { ...scoreFilters(run, curve.layer, curve.label), side: "gold" }),
        count(curve.predicted, { ...scoreFilters(run, curve.layer, curve.label), side: "predicted" }),
        percent(curve.informative ? curve.average_precision : null),
        percent(curve.informative ? curve.calibration_error : null),
      ],
    };
  });
  const byLayer = ["mention", "relation", "fact"].flatMap((layer) => [
    { name: LAYER_NAMES[layer], group: true },
    ...rows.filter((_, n) => curves[n].layer === layer),
  ]);
  const columns = [["gold", "n"], ["pred.", "n"], ["AP", "n"], ["ECE", "n"]];
  return table("Curves by label", "label", columns, byLayer);
}

function curvePart(run) {
  const curves = data.runs[run].curves.filter((curve) => curve.gold + curve.predicted > 0);
  const drawable = curves.filter(isDrawable);
  byId("curve-panels").hidden = drawable.length === 0;
  byId("curves-intro").textContent = drawable.length === 0
    ? `All scores of ${data.runs[run].name} are equal, so there is no threshold to move and nothing to plot.`
    : "By threshold on the score, under strict matching. AP is average precision, ECE the expected "
      + "calibration error in ten bins; both in percent. A dash: all scores are equal."
      + (data.runs.length > 1 ? ` Strong: ${data.runs[run].name}; dashed: the other systems.` : "");
  if (drawable.length === 0) return;
  const chosen = drawable.find(({ layer, label }) => `${layer} ${label}` === curveShown) || drawable[0];
  byId("curve-choice").replaceChildren(curveChoice(run, curves, chosen));
  showCurve(run, chosen);
}

// ---------------------------------------------------------------- learning curves

function roundTicks(largest) {
  const rough = largest / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * unit).find((candidate) => candidate >= rough);
  const ticks = [];
  for (let tick = 0; tick <= largest; tick += step) ticks.push(tick);
  return ticks;
}

function learningChart(curve) {
  const sizeOf = (band) => (curve.by === "documents" ? band.n_documents : band.n_characters);
  const largest = Math.max(curve.next_size, ...curve.bands.map(sizeOf));
  const fitted = (size) => curve.ceiling - curve.scale * size ** -curve.rate;
  return chart({
    title: `F1 by ${curve.by}`,
    x: { min: 0, max: largest * 1.03, ticks: roundTicks(largest), name: curve.by,
      show: (tick) => (tick >= 10000 ? `${tick / 1000}k` : grouped(tick)) },
    y: { ...SHARES, name: "F1, %" },
    paint: (svg, { sx, sy }) => {
      const wide = curve.bands.filter(({ low }) => low !== null);
      if (wide.length > 1) {
        const edge = [...wide.map((band) => [sx(sizeOf(band)), sy(band.high)]),
          ...[...wide].reverse().map((band) => [sx(sizeOf(band)), sy(band.low)])];
        svg.append(draw("path", { d: `${path(edge)}Z`, class: "band" }));
      }
      if (curve.rate !== null) {
        const first = sizeOf(curve.bands[0]);
        const line = (from, to) => path(Array.from({ length: 41 }, (_, n) => from + ((to - from) * n) / 40)
          .map((size) => [sx(size), sy(Math.max(0, fitted(size)))]));
        svg.append(
          draw("path", { d: line(first, sizeOf(curve.bands.at(-1))), class: "line own" }),
          draw("path", { d: line(sizeOf(curve.bands.at(-1)), curve.next_size), class: "line ahead" }),
        );
      }
      for (const band of curve.bands) {
        svg.append(draw("circle", { cx: sx(sizeOf(band)), cy: sy(band.mean), r: 3.2, class: "point" }));
      }
    },
    stops: curve.bands.map((band) => ({
      x: sizeOf(band),
      y: band.mean,
      text: `${plural(band.n_documents, "document")}, ${plural(band.n_characters, "character")}: F1 ${percent(band.mean)}`
        + `${band.low === null ? "" : ` (${percent(band.low)}–${percent(band.high)})`}, ${plural(band.n_seeds, "run")}`,
    })),
    start: curve.bands.length - 1,
  });
}

function learningPart(run) {
  const curves = data.runs[run].learning;
  byId("learning").hidden = curves.length === 0;
  if (curves.length === 0) return;
  const gain = curves[0].next_gain;
  const interval = gain.low === null ? "" : ` (${points(gain.low)} to ${points(gain.high)})`;
  const ahead = gain.value === null
    ? "Fewer than three sizes are known: too few to say what more documents would bring."
    : `Ten more documents would change F1 by about ${points(gain.value)} points${interval}, if the fitted `
      + "curve holds that far.";
  const charts = make("div", "charts");
  charts.append(...curves.map(learningChart));
  byId("learning").replaceChildren(make("h3", "", "Learning curve"), make("p", "intro", ahead), charts);
}
