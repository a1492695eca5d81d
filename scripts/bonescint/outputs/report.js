// Sorting, filtering, pictures at full size. Without it the page says the same.
(() => {
  "use strict";
  const words = document.body.dataset;
  const wide = matchMedia("(min-width: 64rem)");
  const contents = document.querySelector("nav details");
  const unfold = () => { contents.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  // what a link leads to may be folded away
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    if (target.matches("#appendix section")) target.querySelector("details").open = true;
    for (let at = target.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // numbers before words, blanks last; of "0.89 (0.75 to 0.96)" the first number counts
  const valueOf = (row, column) => {
    const text = (row.cells[column]?.textContent ?? "").trim();
    const number = parseFloat(text.replaceAll("−", "-").replace(/^[<+]/, ""));
    return { text, number, rank: !text ? 2 : Number.isNaN(number) ? 1 : 0 };
  };
  const compare = (a, b) => a.rank - b.rank
    || (a.rank ? a.text.localeCompare(b.text, document.documentElement.lang, { numeric: true }) : a.number - b.number);
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        const found = [...table.tBodies[0].rows].map((row) => ({ row, value: valueOf(row, column) }));
        found.sort((a, b) => {
          const blank = (a.value.rank === 2) - (b.value.rank === 2);
          return blank || way * compare(a.value, b.value);
        });
        table.tBodies[0].append(...found.map((one) => one.row));
      });
    });
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase();
  for (const table of document.querySelectorAll("table.filtered")) {
    const line = document.createElement("p");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("span");
    line.className = "filter";
    input.type = "search";
    count.setAttribute("role", "status");
    label.append(`${words.filter} `, input);
    line.append(label, " ", count);
    table.parentElement.before(line);
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, text: plain(row.textContent) }));
    input.addEventListener("input", () => {
      const wanted = plain(input.value).trim();
      for (const { row, text } of rows) row.hidden = !text.includes(wanted);
      count.textContent = wanted ? `${rows.filter(({ row }) => !row.hidden).length} / ${rows.length}` : "";
    });
  }

  const dialog = document.createElement("dialog");
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = words.close;
  document.body.append(dialog);
  dialog.addEventListener("click", () => dialog.close());
  for (const image of document.querySelectorAll("figure > img")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "picture";
    button.setAttribute("aria-label", `${words.large}: ${image.alt}`);
    image.before(button);
    button.append(image);
    button.addEventListener("click", () => {
      dialog.setAttribute("aria-label", image.alt);
      dialog.replaceChildren(close, image.cloneNode());
      dialog.showModal();
    });
  }
})();
