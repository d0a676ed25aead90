// Runs before the first paint, so that a person who chose the light theme never sees a dark flash.
(() => {
  try {
    const choice = localStorage.getItem("isocenter.theme") || "dark";
    const light =
      choice === "light" || (choice === "system" && matchMedia("(prefers-color-scheme: light)").matches);
    document.documentElement.dataset.theme = light ? "light" : "dark";
  } catch {
    // Storage may be closed to us; the dark default stands.
  }
})();
