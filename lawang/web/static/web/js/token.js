// A kept page carries no CSRF token, for it is the same for everybody and may be old: the token is fetched when it is needed.

export const fresh = async () => {
  const answer = await fetch("/token/", { cache: "no-store", credentials: "same-origin", redirect: "error" });
  return answer.json(); // {token, now}
};

const add = (form, name, value) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));

// Send a form as its button would, with a token of now. Throw, and send nothing, when there is no network.
export const post = async (form, button) => {
  const { token } = await fresh();
  add(form, "csrfmiddlewaretoken", token); // of several the server takes the last
  if (button && button.name) add(form, button.name, button.value);
  HTMLFormElement.prototype.submit.call(form); // a field may be named "submit"
};
