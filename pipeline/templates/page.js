"use strict";
// Everything from a report reaches the page through textContent or as an attribute value of an
// option; nothing is ever parsed as markup.

const data = JSON.parse(document.getElementById("data").textContent);

const byId = (id) => document.getElementById(id);

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function chinese(text, className) {
  const element = make("span", className, text);
  element.lang = "zh-Hans";
  return element;
}

const grouped = (number) => number.toLocaleString("en-US");
const plural = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
const withoutUnderscore = (name) => name.replaceAll("_", " ");

// ---------------------------------------------------------------- text with its marks

// Text of a passage with a dashed line under the places that only the other side has.
function pieces(points, from, to, ghosts) {
  const nodes = [];
  let position = from;
  for (const [start, end] of ghosts) {
    const [first, last] = [Math.max(start, position), Math.min(end, to)];
    if (first >= last) continue;
    nodes.push(points.slice(position, first).join(""));
    nodes.push(make("span", "ghost", points.slice(first, last).join("")));
    position = last;
  }
  nodes.push(points.slice(position, to).join(""));
  return nodes;
}

// `passage` is {start, text, marks: [[start, end, label], …]}, marks in text order; `own` has the
// spans that the entry is about as "start,end"; `ghosts` are further spans, in text order.
// Offsets count code points; the array of code points is what they index, not the UTF-16 string.
function sentence(passage, own, ghosts = []) {
  const points = Array.from(passage.text);
  const line = make("p", "sentence");
  line.lang = "zh-Hans";
  const shifted = ghosts.map(([start, end]) => [start - passage.start, end - passage.start]);
  let position = 0;
  for (const [start, end, label] of passage.marks) {
    const [from, to] = [start - passage.start, end - passage.start];
    if (from < position) continue;
    line.append(...pieces(points, position, from, shifted));
    const word = make("mark", data.labels[label].name);
    word.append(...pieces(points, from, to, shifted));
    word.title = data.labels[label].name;
    if (own.has(String([start, end]))) word.classList.add("own");
    line.append(word);
    position = to;
  }
  line.append(...pieces(points, position, points.length, shifted));
  return line;
}

// ---------------------------------------------------------------- filters and pages

// One box of a facet; its number is filled in later.
function choice(facet, value, ...names) {
  const row = make("label", "choice");
  const box = make("input");
  box.type = "checkbox";
  box.name = facet;
  box.value = value;
  const count = make("span", "n");
  row.append(box, ...names, count);
  byId(facet).append(row);
  return { value, box, count, row };
}

function showCount({ box, count, row }, n) {
  count.textContent = grouped(n);
  row.classList.toggle("none", n === 0 && !box.checked);
}

function option(value, text) {
  const element = make("option", "", text);
  element.value = value;
  return element;
}

function showPager(page, pages) {
  byId("pager").hidden = pages <= 1;
  byId("previous").disabled = page === 0;
  byId("next").disabled = page >= pages - 1;
  byId("page").textContent = `page ${grouped(page + 1)} of ${grouped(pages)}`;
}

function legend() {
  for (const { name } of data.labels) {
    const line = make("li", name, `${name.toLowerCase()} `);
    line.append(chinese(data.terms.label[name]));
    byId("legend").append(line);
  }
}

