// Before the first paint, so that the light theme does not open dark.
(() => {
  const chosen = localStorage.getItem("assay.theme");
  const light =
    chosen === "light" || (chosen === "auto" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.mantineColorScheme = light ? "light" : "dark";
})();
