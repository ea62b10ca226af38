// Passkeys: asks the browser for one, or to make one, and sends the answer with the form.
//
// <form data-passkey="get"> (sign in; options come from its action) or data-options (JSON) on it;
// "create" makes one. The form holds an input named "credential" and the element [data-passkey-note].

const forms = document.querySelectorAll('form[data-passkey]')

const bytes = (text) => {
  const plain = text.replace(/-/g, '+').replace(/_/g, '/')
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0))
}

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }))

async function make (options) {
  const wanted = options.publicKey
  const credential = await navigator.credentials.create({
    publicKey: {
      ...wanted,
      challenge: bytes(wanted.challenge),
      user: { ...wanted.user, id: bytes(wanted.user.id) },
      excludeCredentials: known(wanted.excludeCredentials),
      authenticatorSelection: {
        ...wanted.authenticatorSelection,
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required'
      }
    }
  })
  return {
    ...common(credential),
    response: {
      clientDataJSON: text(credential.response.clientDataJSON),
      attestationObject: text(credential.response.attestationObject),
      transports: credential.response.getTransports?.() ?? []
    }
  }
}

async function ask (options) {
  const wanted = options.publicKey
  const credential = await navigator.credentials.get({
    publicKey: {
      ...wanted,
      challenge: bytes(wanted.challenge),
      allowCredentials: known(wanted.allowCredentials)
    }
  })
  const answer = credential.response
  return {
    ...common(credential),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: answer.userHandle ? text(answer.userHandle) : null
    }
  }
}

const common = (credential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  clientExtensionResults: credential.getClientExtensionResults()
})

async function optionsOf (form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options)
  const answer = await fetch(form.action, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(`status ${answer.status}`)
  return (await answer.json()).request_options
}

function buttonsOf (form) {
  return [...document.querySelectorAll('button')].filter((one) => one.form === form)
}

function say (form, words) {
  const note = form.querySelector('[data-passkey-note]')
  note.textContent = words
  note.hidden = !words
}

function usable (form) {
  const byNumber = /^[\d.]+$|^\[/.test(location.hostname)
  if (window.PublicKeyCredential && !byNumber) return true
  const local = location.hostname === '127.0.0.1' || location.hostname === '[::1]'
  say(form, byNumber && local ? form.dataset.textHost : form.dataset.textNone)
  for (const button of buttonsOf(form)) button.disabled = true
  return false
}

for (const form of forms) {
  if (!usable(form)) continue
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    say(form, '')
    try {
      const options = await optionsOf(form)
      const made = form.dataset.passkey === 'create' ? await make(options) : await ask(options)
      form.elements.credential.value = JSON.stringify(made)
      form.submit()
    } catch (error) {
      const taken = error.name === 'InvalidStateError'
      const stopped = error.name === 'NotAllowedError' || error.name === 'AbortError'
      say(form, taken ? form.dataset.textTaken : stopped ? form.dataset.textStopped : form.dataset.textFailed)
    }
  })
}
