// Before the first paint, so that the light theme does not open dark.
document.documentElement.dataset.mantineColorScheme =
  localStorage.getItem("assay.theme") === "light" ? "light" : "dark";
