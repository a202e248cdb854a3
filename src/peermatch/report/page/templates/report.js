"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SIZE = 50;
  const byId = (id) => document.getElementById(id);
  const make = (tag, text, cls) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (cls) node.className = cls;
    return node;
  };
  const head = byId("pairs-table").tHead.rows[0];
  const body = byId("pairs-table").tBodies[0];
  // a row of the table: a pair, or a trio with its three pairs
  const inTrio = new Set(data.trios.flatMap((trio) => trio.pairs));
  const rows = data.pairs.filter((_, at) => !inTrio.has(at)).concat(data.trios);
  // letters are found whatever their case and marks: "cye" finds Cyé
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const keys = rows.map((one) => folded([one.a, one.b, one.ia, one.ib, one.adviser || ""].join(" ")));
  let order = rows.map((_, at) => at);
  let shown = order;
  let page = 0;
  let sort = {column: "score", up: false};

  const columns = [
    {key: "a", name: data.sides[0], text: true},
    {key: "b", name: data.sides[1], text: true},
    {key: "score", name: "score"},
    {key: "known", name: "known", wide: true},
  ];
  if (data.advisers) columns.splice(2, 0, {key: "adviser", name: "adviser", text: true});
  const collator = new Intl.Collator(undefined, {numeric: true});
  const places = {};
  // comparing names is slow: each column of them is put in order once, and then its places are compared
  const place = (key) => {
    if (!places[key]) {
      const names = [...new Set(rows.map((one) => one[key] || ""))].sort(collator.compare);
      const at = new Map();
      names.forEach((name, k) => at.set(name, k && !collator.compare(names[k - 1], name) ? at.get(names[k - 1]) : k));
      places[key] = rows.map((one) => at.get(one[key] || ""));
    }
    return places[key];
  };
  const sorted = () => {
    const column = columns.find((one) => one.key === sort.column);
    const values = column.text ? place(column.key) : rows.map((one) => one[column.key]);
    const way = sort.up ? 1 : -1;
    order.sort((x, y) => way * (values[x] - values[y]) || x - y);
  };

  const header = (plain) => {
    head.replaceChildren(...columns.map((column) => {
      const cell = make("th", undefined, (column.text ? "" : "n") + (column.wide ? " wide" : ""));
      cell.scope = "col";
      const here = sort.column === column.key;
      cell.setAttribute("aria-sort", here ? (sort.up ? "ascending" : "descending") : "none");
      const name = column.name + (here ? (sort.up ? " ▲" : " ▼") : "");
      if (plain) {
        cell.textContent = name; // on paper: a button would be missing from the heads of all pages but the first
        return cell;
      }
      const button = make("button", name);
      button.type = "button";
      button.addEventListener("click", () => {
        sort = {column: column.key, up: here ? !sort.up : Boolean(column.text)};
        sorted();
        refresh();
        head.cells[columns.indexOf(column)].firstChild.focus();
      });
      cell.append(button);
      return cell;
    }));
  };

  const row = (at) => {
    const pair = rows[at];
    const line = make("tr");
    const first = make("th");
    first.scope = "row";
    const open = make("button", pair.a, "open");
    open.type = "button";
    open.setAttribute("aria-haspopup", "dialog");
    open.addEventListener("click", () => show(at));
    first.append(open);
    if (pair.pairs) first.append(make("span", " trio", "trio"));
    line.append(first, make("td", pair.b));
    if (data.advisers) line.append(make("td", pair.adviser || "–"));
    line.append(make("td", pair.score.toFixed(2), "n"), make("td", Math.round(100 * pair.known) + "%", "n wide"));
    return line;
  };

  const several = (count, name) => count.toLocaleString("en") + " " + name + (count === 1 ? "" : "s");
  const counted = () => {
    const trios = shown.filter((at) => rows[at].pairs).length;
    const pairs = several(shown.length - trios, "pair");
    const threes = several(trios, "trio");
    return !trios ? pairs : trios === shown.length ? threes : pairs + " and " + threes;
  };

  const draw = (all) => {
    const pages = Math.max(1, Math.ceil(shown.length / SIZE));
    page = Math.min(page, pages - 1);
    const part = all ? shown : shown.slice(page * SIZE, (page + 1) * SIZE);
    body.replaceChildren(...part.map(row));
    byId("found").textContent = counted();
    byId("page").textContent = "page " + (page + 1) + " of " + pages;
    byId("before").disabled = page === 0;
    byId("next").disabled = page === pages - 1;
  };

  const refresh = () => {
    const words = folded(byId("search").value).split(/\s+/).filter(Boolean);
    shown = words.length ? order.filter((at) => words.every((word) => keys[at].includes(word) || (word.length > 3 && rows[at].id.startsWith(word)))) : order.slice();
    page = 0;
    header();
    draw(false);
  };

  const list = (items) => {
    const node = make("ul");
    node.append(...items.map((item) => make("li", item)));
    return node;
  };

  const reasons = (pair) => {
    const table = make("table", undefined, "plain");
    const top = make("tr");
    for (const name of ["criterion", ...(data.columns || [pair.a, pair.b]), "adds"]) {
      const cell = make("th", name, name === "adds" ? "n" : "");
      cell.scope = "col";
      top.append(cell);
    }
    const thead = make("thead");
    thead.append(top);
    const tbody = make("tbody");
    for (const [criterion, mine, theirs, adds, known] of pair.facts) {
      const line = make("tr");
      const name = make("th", data.criteria[criterion]);
      name.scope = "row";
      line.append(name, make("td", mine), make("td", theirs), make("td", adds.toFixed(3) + (known ? "" : " (estimated)"), "n"));
      tbody.append(line);
    }
    const sum = make("tr");
    const name = make("th", "score");
    name.scope = "row";
    sum.append(name, make("td"), make("td"), make("td", pair.score.toFixed(3), "n"));
    tbody.append(sum);
    table.append(thead, tbody);
    return table;
  };

  const guide = (pair) => {
    const parts = [make("h3", "Their meeting guide")];
    const [helpSection, helpItem] = data.help;
    (pair.pairs ? data.guide_of_three : data.guide).forEach((section, at) => {
      const fixed = section.items.map((item, k) =>
        at === helpSection && k === helpItem && pair.ask ? item + " " + pair.ask : item);
      const items = (pair.guide[at] || []).concat(fixed);
      parts.push(make("h4", section.title));
      const lines = items.length || !section.none ? section.lines : [section.none];
      parts.push(...lines.map((line) => make("p", line)));
      if (items.length) parts.push(list(items));
    });
    return parts;
  };

  const title = (one) => one.pairs ? one.a + ", " + one.b : one.a + " and " + one.b;
  const told = (one) => {
    const name = one.pairs ? "Trio " : "Pair ";
    const parts = [make("p", name + one.id + (one.adviser ? ". Adviser: " + one.adviser : "") + ".", "note")];
    if (one.pairs) {
      parts.push(make("p", "Three people, and so three pairs. Their score, " + one.score.toFixed(3) + ", is the mean of the three."));
    }
    for (const pair of one.pairs ? one.pairs.map((at) => data.pairs[at]) : [one]) {
      if (one.pairs) parts.push(make("h3", title(pair)));
      parts.push(reasons(pair));
      if (pair.text) parts.push(make("p", pair.text));
    }
    if (one.guide) parts.push(...guide(one));
    return parts;
  };

  const dialog = byId("reasons");
  const show = (at) => {
    const one = rows[at];
    byId("reasons-h").textContent = title(one);
    byId("reasons-body").replaceChildren(...told(one));
    history.replaceState(null, "", "#" + one.id);
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  dialog.addEventListener("close", () => {
    history.replaceState(null, "", "#pairs");
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  // the arrows go from the search to the pairs, and from pair to pair; enter opens one
  byId("pairs").addEventListener("keydown", (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const at = [...body.rows].findIndex((line) => line.contains(event.target));
    if (!step || (at < 0 && event.target !== byId("search"))) return;
    const next = at + step;
    const target = next < 0 ? byId("search") : body.rows[next] && body.rows[next].querySelector("button");
    if (target && (at >= 0 || step > 0)) {
      event.preventDefault();
      target.focus();
    }
  });

  const PRINTED = 500;
  let closed = [];
  const printing = () => {
    if (dialog.open) {
      // a dialog lies above the page, and is cut where paper ends: what is in it is printed in its place
      const name = byId("reasons-h").textContent;
      byId("alone").replaceChildren(make("h1", name), ...[...byId("reasons-body").childNodes].map((node) => node.cloneNode(true)));
      document.body.classList.add("alone");
      return;
    }
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((one) => { one.open = true; });
    header(true);
    draw(true);
    if (!byId("whole").checked) return;
    byId("printed").replaceChildren(...shown.slice(0, PRINTED).map((at) => {
      const part = make("article");
      part.append(make("h2", title(rows[at])), ...told(rows[at]));
      return part;
    }));
  };

  byId("search").addEventListener("input", refresh);
  byId("before").addEventListener("click", () => { page -= 1; draw(false); });
  byId("next").addEventListener("click", () => { page += 1; draw(false); });
  window.addEventListener("beforeprint", printing);
  window.addEventListener("afterprint", () => {
    byId("printed").replaceChildren();
    byId("alone").replaceChildren();
    document.body.classList.remove("alone");
    header();
    closed.forEach((one) => { one.open = false; });
    closed = [];
    draw(false);
  });
  sorted();
  refresh();
  const wanted = location.hash.slice(1);
  const within = (one) => one.id === wanted || (one.pairs || []).some((at) => data.pairs[at].id === wanted);
  const found = wanted ? rows.findIndex(within) : -1;
  if (found >= 0) show(found);
})();
