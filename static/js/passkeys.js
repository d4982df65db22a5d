// Passkeys: a form[data-passkey=create|get] asks the browser for a credential before it is sent.
// The server's question lies in #passkey-options, or is fetched from the form's data-options.
import { on, onContent } from "./dom.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

// A name is needed: no authenticator makes a passkey for a bare address of the network.
const usable = () => window.isSecureContext && "PublicKeyCredential" in window && !/^[\d.]+$|^\[/.test(location.hostname);

async function question(form) {
  if (!form.dataset.options) return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new DOMException("No answer.", "NetworkError");
  return answer.json();
}

async function create({ creation_options: { publicKey } }) {
  const made = await navigator.credentials.create({ publicKey: {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    user: { ...publicKey.user, id: bytes(publicKey.user.id) },
    excludeCredentials: known(publicKey.excludeCredentials),
    // It is to open the account by itself: kept in the device, and the device asks who holds it.
    authenticatorSelection: { ...publicKey.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" },
  } });
  const { clientDataJSON, attestationObject } = made.response;
  return { ...sealed(made), response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject), transports: made.response.getTransports?.() ?? [] } };
}

async function get({ request_options: { publicKey } }) {
  const shown = await navigator.credentials.get({ publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  return { ...sealed(shown), response: { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle) } };
}

const sealed = (made) => ({ id: made.id, rawId: text(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment, clientExtensionResults: made.getClientExtensionResults() });

function say(form, why) {
  const place = form.querySelector("[data-passkey-said]");
  place.textContent = place.dataset[why];
  place.hidden = false;
}

on("submit", "form[data-passkey]", async (event, form) => {
  event.preventDefault();
  if (!usable()) return say(form, "unsupported");
  try {
    const options = await question(form);
    form.elements.credential.value = JSON.stringify(await (form.dataset.passkey === "create" ? create : get)(options));
    HTMLFormElement.prototype.submit.call(form);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    say(form, "refused");
  }
});

// Where it cannot work, the sign-in page does not offer it.
onContent("form[data-passkey][hidden]", (form) => { form.hidden = !usable(); });
