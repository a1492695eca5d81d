"use strict";
// One step is shown at a time: a single item, or a row of images without doubts. Everything that
// other people typed reaches the page as text, never as markup.
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const words = data.words;
  const ROW = 6;
  const say = (key, values = {}) =>
    words["js." + key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const node = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };

  // ---- what is kept in the browser: by study, list of items and reviewer
  const base = `bonescint-review/${data.study}/`;
  const memory = {};
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return memory[key] ?? null; } },
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
    set(key, value) {
      memory[key] = value;
      try { localStorage.setItem(key, value); store.works = true; } catch { store.works = false; }
    },
    works: true,
  };
  const whose = `bonescint-reviewer/${data.study}`;
  // the same rule as in the import, which would refuse a name together with all its decisions
  const isCode = (typed) => new RegExp(`^(?:${data.code})$`).test(typed);
  const known = store.get(whose) || "";
  let reviewer = isCode(known) ? known : "";
  let state = { decisions: {}, undo: [], at: null };
  const keyOf = (i) => `${data.all[i][0]}|${data.all[i][1]}`;
  const stateKey = () => `${base}${data.items_sha256}/${reviewer}`;
  const load = () => {
    state = { decisions: {}, undo: [], at: null };
    try { Object.assign(state, JSON.parse(store.get(stateKey()) || "{}")); } catch { /* start without decisions */ }
    bringOver();
  };
  // decisions of this person on an earlier list are kept if the content is the same. All others are
  // removed, because they may be about a patient who has declined since
  const bringOver = () => {
    const former = store.keys().filter((key) =>
      key.startsWith(base) && key.endsWith("/" + reviewer) && key !== stateKey());
    if (!reviewer || !former.length) return;
    const undecided = new Map(data.all.map((of, i) => [keyOf(i), of[4]]));
    for (const key of former) {
      let old = {};
      try { old = JSON.parse(store.get(key)).decisions || {}; } catch { /* nothing to take */ }
      for (const [name, decided] of Object.entries(old)) {
        if (undecided.get(name) === "" && !state.decisions[name]) state.decisions[name] = decided;
      }
      store.drop(key);
    }
    keep();
  };
  const keep = () => {
    store.set(stateKey(), JSON.stringify(state));
    if (!store.works) tell(say("not_kept"));
  };
  // the decision made here, or else the one in the hospital's table
  const here = (i) => state.decisions[keyOf(i)];
  const wordOf = (i) => here(i)?.decision || data.all[i][4];
  const open = (i) => data.all[i][5] === 1 && !here(i);

  // ---- steps of this page
  const steps = [];
  data.items.forEach((item, k) => {
    const last = steps[steps.length - 1];
    if (item.plain && last?.plain && last.of.length < ROW) last.of.push(k);
    else steps.push({ plain: item.plain, of: [k] });
  });
  const stepOf = (k) => steps.findIndex((step) => step.of.includes(k));
  let at = 0; // item of this page
  const global = (k) => data.first + k;
  const item = () => data.items[at];

  const tell = (text) => { $("said").textContent = text; };
  const choiceWord = (k, word) =>
    data.items[k].choices.find(([name]) => name === word)?.[1] || word;

  // ---- drawing
  const image = (k, n, traced = false) => {
    const [view, width, height] = data.items[k].frames[n];
    const name = `p-${global(k)}-${n}`;
    const png = ((traced && $(name + "-trace")) || $(name)).textContent;
    return node("img", {
      src: `data:image/png;base64,${png}`, width, height,
      alt: `${data.items[k].label} ${view}`,
    });
  };
  const pair = (k) => node("div", { class: "pair" }, ...data.items[k].frames.map((frame, n) =>
    node("figure", {}, image(k, n), node("figcaption", {}, frame[0]))));
  const badge = (k) => {
    const word = wordOf(global(k));
    if (!data.items[k].choices.length) return "";
    return node("span", { class: `state ${word}` }, word ? choiceWord(k, word) : say("undecided"));
  };
  const choices = (k) => node("div", { class: "choices", role: "group", "aria-label": say("choices") },
    ...data.items[k].choices.map(([word, title, effect], n) => node("button", {
      type: "button", "data-choice": n + 1, "aria-pressed": String(wordOf(global(k)) === word),
      onclick: () => { at = k; choose(n); },
    }, node("kbd", {}, String(n + 1)), node("span", {}, node("b", {}, title), node("span", {}, effect)))));
  const header = (k) => {
    const lines = data.items[k].header;
    if (!lines.length) return "";
    const body = lines.map(([kind, path, name, before, after]) => {
      const value = kind === "unchanged" ? [node("span", { class: "same" }, after)]
        : [before || kind === "removed" ? node("del", {}, before || "-") : "", after ? node("ins", {}, after) : ""];
      return node("tr", {}, node("th", { scope: "row" }, name, " ", node("small", {}, path)),
        node("td", {}, words["js.change." + kind] || kind), node("td", {}, ...value));
    });
    return node("details", { open: "" }, node("summary", {}, say("header")),
      node("p", {}, say("header_note")),
      node("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("header") },
        node("table", {}, node("thead", {}, node("tr", {}, ...["attribute", "what", "value"].map((name) =>
          node("th", { scope: "col" }, say("column." + name))))), node("tbody", {}, ...body))));
  };
  const why = (k) => {
    const of = data.items[k];
    const list = node("ul", { class: of.plain ? "why quiet" : "why" },
      ...of.why.map((line) => node("li", {}, line)));
    return of.text ? [list, node("p", { class: "typed" }, of.text)] : [list];
  };
  const fullButton = (k) => node("button", { type: "button", class: "open", onclick: () => { at = k; openFull(); } },
    say("full") + " ", node("kbd", {}, "F"));

  const single = (k) => {
    const of = data.items[k];
    const right = node("div", {}, node("h2", {}, `${of.title}: ${of.label} `, badge(k)), ...why(k), choices(k));
    if (!of.frames.length) return [node("div", { class: "item plain" }, right, header(k))];
    return [node("div", { class: "item" }, node("div", {}, pair(k), fullButton(k)), right, header(k))];
  };
  const row = (step) => {
    const tiles = step.of.map((k) => node("button", {
      type: "button", class: "tile", "data-item": k, "aria-current": k === at ? "true" : null,
      onclick: () => { if (at === k) openFull(); else { at = k; render(); $("main").querySelector(".tile[aria-current]").focus(); } },
    }, pair(k), node("span", { class: "name" }, data.items[k].label), badge(k)));
    const k = at;
    return [
      node("h2", {}, say("row_title", { n: step.of.length })),
      node("p", {}, say("row_text")),
      node("div", { class: "row" }, ...tiles),
      node("div", { class: "row-bar" }, node("button", { type: "button", class: "main", id: "release-row", onclick: releaseRow },
        say("release_row") + " ", node("kbd", {}, "R"))),
      node("section", { class: "selected", "aria-label": data.items[k].label },
        node("h3", {}, data.items[k].label + " ", badge(k)), ...why(k), choices(k), fullButton(k), header(k)),
    ];
  };
  const count = () => {
    const total = data.all.filter((of) => of[5] === 1).length;
    let left = 0;
    data.all.forEach((_, i) => { left += open(i); });
    $("counted").textContent = say("counted", { done: total - left, total });
    $("progress").max = Math.max(total, 1);
    $("progress").value = total ? total - left : 1;
    $("save").disabled = !Object.keys(state.decisions).length;
    $("undo").disabled = !state.undo.length;
    $("waiting").disabled = !left;
  };
  const kinds = () => {
    const found = new Map();
    data.all.forEach((of, i) => {
      const one = found.get(of[3]) || found.set(of[3], { n: 0, left: 0, first: i }).get(of[3]);
      one.n += 1;
      if (open(i)) { if (!one.left) one.first = i; one.left += 1; }
    });
    const current = data.items.length ? data.all[global(at)][3] : "";
    $("kinds").replaceChildren(...[...found].map(([kind, one]) => node("li", {}, node("button", {
      type: "button", class: one.left ? "" : "done", "aria-current": kind === current ? "true" : null,
      onclick: () => go(one.first),
    }, one.left ? say("left", { kind: words["js.kind." + kind], n: one.left }) : `${words["js.kind." + kind]} ${one.n} ✓`))));
  };
  const render = () => {
    if (!data.items.length) {
      $("main").replaceChildren(node("p", { class: "empty" }, say("nothing")));
    } else {
      const number = stepOf(at);
      const step = steps[number];
      $("main").replaceChildren(...(step.plain && step.of.length > 0 && item().choices.length ? row(step) : single(at)));
      $("place").textContent = say("place", { n: global(at) + 1, total: data.all.length });
    }
    count();
    kinds();
    $("reviewer").textContent = reviewer ? say("reviewer", { code: reviewer }) : say("no_reviewer");
  };

  // ---- moving
  const go = (i) => {
    const page = data.all[i][6];
    state.at = i;
    keep();
    if (page !== data.page) { location.href = data.pages[page] + "#" + i; return; }
    at = i - data.first;
    render();
    window.scrollTo(0, 0);
  };
  const move = (by) => {
    const i = global(at) + by;
    if (i < 0 || i >= data.all.length) tell(say("end")); else go(i);
  };
  const moveStep = (by) => {
    const next = steps[stepOf(at) + by];
    const i = next ? global(next.of[0]) : by > 0 ? data.first + data.items.length : data.first - 1;
    if (i < 0 || i >= data.all.length) tell(say("end")); else go(i);
  };
  const nextOpen = () => {
    const n = data.all.length;
    for (let step = 1; step <= n; step += 1) {
      const i = (global(at) + step) % n;
      if (open(i)) { go(i); return true; }
    }
    if (n && open(global(at))) return true;
    render();
    tell(say("all_done"));
    return false;
  };

  // ---- deciding
  const change = (changes) => {
    state.undo.push(changes.map(([i]) => [i, here(i) || null]));
    if (state.undo.length > 1000) state.undo.shift();
    for (const [i, decided] of changes) {
      if (decided) state.decisions[keyOf(i)] = decided; else delete state.decisions[keyOf(i)];
    }
    keep();
  };
  const choose = (n, boxes = null) => {
    if (!reviewer) { ask(); return; }
    const of = item();
    const found = of?.choices[n];
    if (!found) { tell(say("no_choice")); return; }
    const [word, title] = found;
    const drawn = boxes || here(global(at))?.boxes || [];
    if (word === "redact" && !boxes) { openFull(); tell(say("draw_first")); return; }
    const decided = { decision: word };
    if (word === "redact") decided.boxes = drawn;
    change([[global(at), decided]]);
    const said = say("decided", { label: of.label, choice: title });
    nextOpen();
    if (data.all.some((_, i) => open(i))) tell(said);
  };
  const releaseRow = () => {
    if (!reviewer) { ask(); return; }
    const step = steps[stepOf(at)];
    if (!step?.plain) { tell(say("no_row")); return; }
    const waiting = step.of.map(global).filter(open);
    if (!waiting.length) { tell(say("row_done")); nextOpen(); return; }
    change(waiting.map((i) => [i, { decision: "release" }]));
    at = step.of.at(-1);
    const more = nextOpen();
    if (more) tell(say("row_released", { n: waiting.length }));
  };
  const undo = () => {
    const last = state.undo.pop();
    if (!last) { tell(say("nothing_to_undo")); return; }
    for (const [i, before] of last) {
      if (before) state.decisions[keyOf(i)] = before; else delete state.decisions[keyOf(i)];
    }
    keep();
    go(last[0][0]);
    tell(say("undone"));
  };

  // ---- saving
  const today = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  };
  const decisionsFile = () => ({
    format: data.format, study: data.study, items_sha256: data.items_sha256, reviewer, saved: today(),
    decisions: data.all.flatMap((of, i) => {
      const decided = here(i);
      if (!decided) return [];
      // rectangles are in pixels of the source
      const redacts = decided.decision === "redact";
      const made = { item: redacts ? "image" : of[0], sha256: redacts ? of[2] : of[1], decision: decided.decision };
      if (redacts) made.rectangles = decided.boxes.map(([f, x, y, w, h]) => `${f}:${x},${y},${w},${h}`).join(";");
      return [made];
    }),
  });
  const save = () => {
    if (!reviewer) { ask(); return; }
    const file = decisionsFile();
    if (!file.decisions.length) { tell(say("nothing_to_save")); return; }
    const study = data.study.replace(/[^\p{L}\p{N}._-]/gu, "_");
    const name = `decisions-${study}-${reviewer}-${file.saved}.json`;
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1) + "\n"], { type: "application/json" }));
    const link = node("a", { href: url, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    tell(say("saved", { n: file.decisions.length, name }));
  };

  // ---- the reviewer's code
  const ask = () => { $("code").value = reviewer; $("who").showModal(); $("code").focus(); };
  // full-width letters are accepted: they are converted before the browser checks the form
  $("who").querySelector("button").addEventListener("click", () => {
    $("code").value = $("code").value.normalize("NFKC").trim();
  });
  $("who").addEventListener("close", () => {
    $("code").blur();
    const code = $("code").value;
    if (isCode(code)) {
      reviewer = code;
      store.set(whose, code);
      load();
    }
    render();
  });

  // ---- full size and rectangles
  let boxes = [];
  let zoom = 1;
  let shade = 0;
  const canRedact = () => item()?.choices.some(([word]) => word === "redact");
  const openFull = () => {
    if (!item()?.frames.length) { tell(say("no_picture")); return; }
    boxes = (here(global(at))?.boxes || []).map((box) => [...box]);
    const room = Math.max(document.documentElement.clientHeight * 0.8, 200);
    const tallest = Math.max(...item().frames.map((frame) => frame[2]));
    zoom = tallest * 2 <= room ? Math.floor(room / tallest) : 1;
    $("full").classList.toggle("no-boxes", !canRedact());
    $("full-title").textContent = `${item().title}: ${item().label}`;
    drawFull();
    if (!$("full").open) $("full").showModal();
    $("frames").focus();
  };
  const drawFull = () => {
    $("frames").className = `contrast-${shade}`;
    $("frames").replaceChildren(...item().frames.map(([view, width, height], n) => {
      const canvas = node("div", { class: "canvas", "data-frame": n + 1 }, image(at, n, shade === 2));
      canvas.style.width = `${width * zoom}px`;
      canvas.style.height = `${height * zoom}px`;
      if (canRedact()) canvas.addEventListener("pointerdown", (event) => draw(event, canvas, n + 1, width, height));
      return node("figure", {}, node("figcaption", {}, `${view} (${n + 1})`), canvas);
    }));
    listBoxes();
  };
  const place = (mark, [, x, y, w, h]) => {
    Object.assign(mark.style, { left: `${x * zoom}px`, top: `${y * zoom}px`, width: `${w * zoom}px`, height: `${h * zoom}px` });
  };
  const listBoxes = () => {
    for (const canvas of $("frames").querySelectorAll(".canvas")) {
      canvas.querySelectorAll("i").forEach((mark) => mark.remove());
      boxes.filter((box) => box[0] === Number(canvas.dataset.frame)).forEach((box) => {
        const mark = node("i");
        place(mark, box);
        canvas.append(mark);
      });
    }
    $("drawn").replaceChildren(...boxes.map((box, n) => node("li", {},
      say("box", { frame: box[0], x: box[1], y: box[2], w: box[3], h: box[4] }),
      node("button", { type: "button", "aria-label": `${say("remove")} ${n + 1}`, onclick: () => { boxes.splice(n, 1); listBoxes(); } }, say("remove")))));
    $("redact").disabled = !boxes.length;
  };
  const draw = (event, canvas, frame, width, height) => {
    if (event.button) return;
    event.preventDefault();
    const inside = (e) => {
      const edge = canvas.getBoundingClientRect();
      const clamp = (value, most) => Math.min(Math.max(Math.floor(value / zoom), 0), most - 1);
      return [clamp(e.clientX - edge.left - canvas.clientLeft, width), clamp(e.clientY - edge.top - canvas.clientTop, height)];
    };
    const [x0, y0] = inside(event);
    const mark = node("i");
    canvas.append(mark);
    let box = null;
    const moved = (e) => {
      const [x1, y1] = inside(e);
      box = [frame, Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0) + 1, Math.abs(y1 - y0) + 1];
      place(mark, box);
    };
    const ended = () => {
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerup", ended);
      // a click alone draws nothing
      if (box && (box[3] > 1 || box[4] > 1)) boxes.push(box);
      listBoxes();
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerup", ended);
  };
  const redact = () => {
    if (!boxes.length) { tell(say("draw_first")); return; }
    const taken = boxes;
    $("full").close();
    choose(item().choices.findIndex(([word]) => word === "redact"), taken);
  };
  $("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const [frame, x, y, w, h] = ["frame", "x", "y", "w", "h"].map((name) => Number(event.target.elements[name].value));
    const size = item().frames[frame - 1];
    if (!size || x + w > size[1] || y + h > size[2]) { tell(say("box_outside")); return; }
    boxes.push([frame, x, y, w, h]);
    event.target.reset();
    listBoxes();
  });
  $("redact").addEventListener("click", redact);
  $("shut").addEventListener("click", () => $("full").close());
  $("full").addEventListener("close", render);
  $("contrast").addEventListener("click", () => { shade = (shade + 1) % 3; drawFull(); tell(say("shade_" + shade)); });
  const scale = (up) => { zoom = Math.min(Math.max(up ? zoom * 2 : zoom / 2, 0.25), 8); drawFull(); };
  $("larger").addEventListener("click", () => scale(true));
  $("smaller").addEventListener("click", () => scale(false));

  // ---- keys
  const inFull = { c: () => $("contrast").click(), "+": () => scale(true), "-": () => scale(false), 3: redact, f: () => $("full").close() };
  const keys = {
    r: releaseRow, u: undo, s: save, n: nextOpen, f: openFull, "?": () => $("keys").showModal(),
    ArrowRight: () => move(1), ArrowLeft: () => move(-1),
    PageDown: () => moveStep(1), PageUp: () => moveStep(-1),
    1: () => choose(0), 2: () => choose(1), 3: () => choose(2),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.matches?.("input, textarea, select")) return;
    const name = event.key.normalize("NFKC");
    const key = name.length === 1 ? name.toLowerCase() : name;
    if ($("who").open || $("keys").open) return;
    const does = $("full").open ? inFull[key] : keys[key];
    if (!does) return;
    event.preventDefault();
    tell("");
    does();
  });
  $("undo").addEventListener("click", undo);
  $("save").addEventListener("click", save);
  $("help").addEventListener("click", () => $("keys").showModal());
  $("reviewer").addEventListener("click", ask);
  $("back").addEventListener("click", () => moveStep(-1));
  $("forth").addEventListener("click", () => moveStep(1));
  $("waiting").addEventListener("click", nextOpen);
  // two windows of the same page must not overwrite each other's decisions
  window.addEventListener("storage", (event) => {
    if (event.key === stateKey()) { load(); render(); }
  });

  load();
  const asked = location.hash ? Number(location.hash.slice(1)) : state.at;
  if (Number.isInteger(asked) && data.all[asked]?.[6] === data.page) at = asked - data.first;
  else {
    const first = data.items.findIndex((_, k) => open(global(k)));
    at = Math.max(first, 0);
  }
  render();
  if (!reviewer && data.items.length) ask();
  // for the test that drives the page
  window.review = { data, file: decisionsFile, state: () => state };
})();
