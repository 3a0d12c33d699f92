// Filters the tables of the page "Streams"; without it, the page shows all of them.
document.addEventListener("DOMContentLoaded", () => {
  const sections = [...document.querySelectorAll("section")]
    .map((section) => ({ section, table: section.querySelector(":scope > .table-wrapper > table") }))
    .filter(({ table }) => table);
  const text = (row, label) => row.querySelector(`[data-label="${label}"]`)?.textContent.trim() ?? "";
  const rows = sections.flatMap(({ section, table }) =>
    [...table.tBodies[0].rows].map((row) => ({
      row,
      area: section.querySelector("h2").firstChild.textContent.trim(),
      words: row.textContent.toLowerCase(),
      default: text(row, "Default") === "yes",
      each: /per (new or changed )?record of/.test(text(row, "Requests")),
      plan: text(row, "Needs").replace(/^[a-z_:.]+(; |$)/, "") !== "",
    })),
  );
  const areas = [...new Set(rows.map(({ area }) => area))];
  const options = (names) => names.map((name, at) => `<option value="${at || ""}">${name}</option>`).join("");
  const form = document.createElement("form");
  form.className = "stream-filter";
  form.innerHTML = `
    <label>Find <input type="search" name="words" placeholder="name, endpoint, scope"></label>
    <label>Area <select name="area">${options(["All areas", ...areas])}</select></label>
    <label>Cost <select name="each">${options(["Any cost", "List requests only", "A request per record"])}</select></label>
    <label>Needs <select name="plan">${options(["Any plan or role", "No special plan or role", "A plan, feature or role"])}</select></label>
    <label>Default <select name="default">${options(["Selected or not", "Selected by default", "Not selected by default"])}</select></label>
    <output></output>`;
  const wanted = (choice, value) => !choice || (choice === "2") === value;
  const filter = () => {
    const chosen = Object.fromEntries(new FormData(form));
    const words = chosen.words.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const each of rows) {
      const fits =
        words.every((word) => each.words.includes(word)) &&
        (!chosen.area || areas[chosen.area - 1] === each.area) &&
        wanted(chosen.each, each.each) &&
        wanted(chosen.plan, each.plan) &&
        wanted(chosen.default, !each.default);
      each.row.hidden = !fits;
      shown += fits;
    }
    for (const { section, table } of sections) {
      section.hidden = [...table.tBodies[0].rows].every((row) => row.hidden);
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length} streams`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  sections[0].section.before(form);
  filter();
});
