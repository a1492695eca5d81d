// What a checker of accessibility looks at first; returns the faults as words.
(() => {
  const faults = [];
  const open = document.querySelector("dialog[open]");
  const shown = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && (open ? open.contains(node) : !node.closest("dialog"));
  const what = (node) => `${node.tagName.toLowerCase()}#${node.id}.${node.className} ${node.textContent.slice(0, 20)}`;
  const nameOf = (node) => (node.getAttribute("aria-label") || node.textContent || node.alt
    || [...(node.labels || [])].map((label) => label.textContent).join("")).trim();
  if (!document.title) faults.push("no title");
  if (!document.documentElement.lang) faults.push("no language");
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  if (new Set(ids).size !== ids.length) faults.push("an id twice");
  for (const node of document.querySelectorAll("button, input, progress, [role=region], dialog[open], nav")) {
    const label = node.getAttribute("aria-labelledby");
    if (shown(node) && !nameOf(node) && !(label && document.getElementById(label))) faults.push(`no name: ${what(node)}`);
  }
  for (const node of document.querySelectorAll("img")) if (shown(node) && !node.alt) faults.push(`no alt: ${what(node)}`);
  for (const node of document.querySelectorAll("th")) if (!node.scope) faults.push(`no scope: ${what(node)}`);
  for (const node of document.querySelectorAll("[tabindex]")) if (node.tabIndex > 0) faults.push(`order: ${what(node)}`);
  for (const node of document.querySelectorAll("button button, a button, button a")) faults.push(`nested: ${what(node)}`);
  // contrast of text against what is behind it (WCAG 1.4.3)
  const numbers = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(node) || node.closest("script, style, noscript, option")) continue;
    const [a, b] = [light(numbers(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${what(node)}`);
  }
  // what is pressed is large enough for a finger (WCAG 2.5.8)
  for (const node of document.querySelectorAll("button")) {
    const { width, height } = node.getBoundingClientRect();
    if (shown(node) && (width < 24 || height < 24)) faults.push(`small ${width}x${height}: ${what(node)}`);
  }
  return [...new Set(faults)];
})()
