// The page works without this. Two comforts: Enter that picks a word of an input method never submits the form,
// and fields left empty stay out of the address.
const form = document.querySelector("form.query");

form?.addEventListener("keydown", (event) => {
  // Safari reports the Enter that ends a composition after it, with keyCode 229.
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
});

form?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value.trim()) formData.delete(name);
});
