// Draws the diagrams of a page, in the colours of its theme, and again when that changes.
document.addEventListener("DOMContentLoaded", () => {
  const blocks = [...document.querySelectorAll("pre.mermaid")];
  const sources = blocks.map((block) => block.textContent);
  const wantsDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => {
    const theme = document.body.dataset.theme;
    return theme === "dark" || (theme !== "light" && wantsDark.matches);
  };
  let drawn;
  let queue = Promise.resolve();
  const draw = () => {
    if (drawn === isDark()) return;
    drawn = isDark();
    queue = queue.then(async () => {
      mermaid.initialize({
        startOnLoad: false,
        theme: drawn ? "dark" : "default",
        er: { useMaxWidth: false, nodeSpacing: 30, rankSpacing: 50 },
      });
      for (const [number, block] of blocks.entries()) {
        block.innerHTML = (await mermaid.render(`diagram-${number}`, sources[number])).svg;
        // The middle of a wide diagram has most of its tables.
        block.scrollLeft = (block.scrollWidth - block.clientWidth) / 2;
      }
    });
  };
  draw();
  new MutationObserver(draw).observe(document.body, { attributeFilter: ["data-theme"] });
  wantsDark.addEventListener("change", draw);
});
