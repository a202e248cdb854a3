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
  const keys = data.pairs.map((pair) => (pair.a + " " + pair.b + " " + pair.ia + " " + pair.ib + " " + pair.id).toLowerCase());
  let order = data.pairs.map((_, at) => at);
  let shown = order;
  let page = 0;
  let sort = {column: "score", up: false};

  const columns = [
    {key: "a", name: data.sides[0], text: true},
    {key: "b", name: data.sides[1], text: true},
    {key: "score", name: "score"},
    {key: "known", name: "known", wide: true},
  ];
  const collator = new Intl.Collator(undefined, {numeric: true});
  const compare = (x, y) => {
    const column = columns.find((one) => one.key === sort.column);
    const p = data.pairs[x][column.key], q = data.pairs[y][column.key];
    const found = column.text ? collator.compare(p, q) : p - q;
    return (sort.up ? found : -found) || x - y;
  };

  const header = () => {
    head.replaceChildren(...columns.map((column) => {
      const cell = make("th", undefined, (column.text ? "" : "n") + (column.wide ? " wide" : ""));
      cell.scope = "col";
      const here = sort.column === column.key;
      cell.setAttribute("aria-sort", here ? (sort.up ? "ascending" : "descending") : "none");
      const button = make("button", column.name + (here ? (sort.up ? " ▲" : " ▼") : ""));
      button.type = "button";
      button.addEventListener("click", () => {
        sort = {column: column.key, up: here ? !sort.up : Boolean(column.text)};
        refresh();
        head.cells[columns.indexOf(column)].firstChild.focus();
      });
      cell.append(button);
      return cell;
    }));
  };

  const row = (at) => {
    const pair = data.pairs[at];
    const line = make("tr");
    const first = make("th");
    first.scope = "row";
    const open = make("button", pair.a, "open");
    open.type = "button";
    open.setAttribute("aria-haspopup", "dialog");
    open.addEventListener("click", () => show(at));
    first.append(open);
    line.append(first, make("td", pair.b), make("td", pair.score.toFixed(2), "n"),
      make("td", Math.round(100 * pair.known) + "%", "n wide"));
    return line;
  };

  const draw = (all) => {
    const pages = Math.max(1, Math.ceil(shown.length / SIZE));
    page = Math.min(page, pages - 1);
    const part = all ? shown : shown.slice(page * SIZE, (page + 1) * SIZE);
    body.replaceChildren(...part.map(row));
    byId("found").textContent = shown.length.toLocaleString() + (shown.length === 1 ? " pair" : " pairs");
    byId("page").textContent = "page " + (page + 1) + " of " + pages;
    byId("before").disabled = page === 0;
    byId("next").disabled = page === pages - 1;
  };

  const refresh = () => {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = order.filter((at) => words.every((word) => keys[at].includes(word)));
    shown.sort(compare);
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
    for (const name of ["criterion", pair.a, pair.b, "adds"]) {
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
    data.guide.forEach((section, at) => {
      const items = (pair.guide[at] || []).concat(section.items);
      parts.push(make("h3", section.title));
      const lines = items.length || !section.none ? section.lines : [section.none];
      parts.push(...lines.map((line) => make("p", line)));
      if (items.length) parts.push(list(items));
    });
    return parts;
  };

  const dialog = byId("reasons");
  const show = (at) => {
    const pair = data.pairs[at];
    byId("reasons-h").textContent = pair.a + " and " + pair.b;
    const parts = [make("p", "Pair " + pair.id + ".", "note")];
    if (pair.facts) parts.push(reasons(pair));
    if (pair.text) parts.push(make("p", pair.text));
    if (pair.guide) parts.push(...guide(pair));
    byId("reasons-body").replaceChildren(...parts);
    document.body.classList.add("open");
    history.replaceState(null, "", "#" + pair.id);
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  dialog.addEventListener("close", () => {
    document.body.classList.remove("open");
    history.replaceState(null, "", "#pairs");
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  byId("search").addEventListener("input", refresh);
  byId("before").addEventListener("click", () => { page -= 1; draw(false); });
  byId("next").addEventListener("click", () => { page += 1; draw(false); });
  window.addEventListener("beforeprint", () => { if (!dialog.open) draw(true); });
  window.addEventListener("afterprint", () => draw(false));
  refresh();
  const wanted = data.pairs.findIndex((pair) => "#" + pair.id === location.hash);
  if (wanted >= 0) show(wanted);
})();
