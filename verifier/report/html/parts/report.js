
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("with-script");

  const kept = (name, value) => {
    try {
      if (value !== undefined) localStorage.setItem(name, value);
      return localStorage.getItem(name);
    } catch {
      return null; // A file may have no storage of its own.
    }
  };
  const themes = ["system", "light", "dark"];
  const theme = (name) => {
    if (name === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", name);
    document.getElementById("theme-name").textContent = name;
  };
  let current = Math.max(0, themes.indexOf(kept("verifier-theme")));
  theme(themes[current]);
  document.getElementById("theme").addEventListener("click", () => {
    current = (current + 1) % themes.length;
    kept("verifier-theme", themes[current]);
    theme(themes[current]);
  });

  const search = document.getElementById("search");
  const choices = [...search.form.querySelectorAll("select")];
  // Under the name of a service all that is said of it is found.
  const about = (element) => element.closest(".of-service")?.querySelector("h3").textContent || "";
  const rows = [...document.querySelectorAll("[data-find]")].map((element) => ({
    element,
    text: `${about(element)} ${element.textContent}`.toLowerCase(),
  }));
  const groups = [...document.querySelectorAll(".note, .of-service")].filter((one) =>
    one.querySelector("[data-find]"),
  );
  const found = document.getElementById("found");
  const has = (element, choice) =>
    !choice.value || (element.dataset[choice.id] || "").split(" ").includes(choice.value);
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, text } of rows) {
      const is = words.every((word) => text.includes(word)) && choices.every((one) => has(element, one));
      element.hidden = !is;
      shown += is;
    }
    for (const one of groups) one.hidden = !one.querySelector("[data-find]:not([hidden])");
    const all = !words.length && choices.every((one) => !one.value);
    found.textContent = all ? "" : `${shown} of ${rows.length} entries shown`;
  };
  search.addEventListener("input", filter);
  for (const one of choices) one.addEventListener("change", filter);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.form.addEventListener("reset", () => setTimeout(filter));
  document.addEventListener("keydown", (event) => {
    const writing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });
  // A reason leads to its permission and a service to its drift, also where a filter hides them.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const goal = link && document.getElementById(link.hash.slice(1));
    if (goal && goal.hidden) {
      search.form.reset();
      filter();
    }
  });

  // The matrix keeps its phases in sight, below the filters that stay there, too.
  const stay = () => root.style.setProperty("--filters", `${search.form.offsetHeight}px`);
  new ResizeObserver(stay).observe(search.form);

  const copied = async (text, element) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(element);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand("copy");
    }
  };
  const said = document.getElementById("copied");
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const element = document.getElementById(button.dataset.copy);
      element.closest("details").open = true;
      const done = await copied(element.textContent, element);
      said.textContent = done ? `${button.textContent} copied` : "selected: copy it by hand";
    });
  }
})();
