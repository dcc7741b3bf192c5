/** Fields of a form: a label, the control, a hint, and the error of this field. */
import { html, useId } from "../../vendor/preact.js";
import { Icon } from "./icon.js";

/**
 * A label and a hint around any control.
 * @param {object} props
 * @param {(ids: {id: string, describedBy: string | undefined, isWrong: boolean}) => unknown} props.children draws the control
 */
export function Field({ label, hint, error, children }) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${children({ id, describedBy, isWrong: Boolean(error) })}
    ${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}
    <${FieldError} id=${`${id}-error`} error=${error} />
  </div>`;
}

/** The error of a field, or nothing. */
export function FieldError({ id, error }) {
  return error ? html`<span class="error" id=${id}><${Icon} name="alert" />${error}</span>` : null;
}

/** One line of text. `onChange` gets the text. */
export function TextField({ label, hint, error, value, onChange, type = "text", ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error}>
    ${({ id, describedBy, isWrong }) => html`<input class="input" id=${id} type=${type} value=${value} aria-describedby=${describedBy} aria-invalid=${isWrong || undefined} onInput=${(event) => onChange(event.currentTarget.value)} ...${rest} />`}
  <//>`;
}

/** Several lines of text. `onChange` gets the text. */
export function TextArea({ label, hint, error, value, onChange, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error}>
    ${({ id, describedBy, isWrong }) => html`<textarea class="input" id=${id} value=${value} aria-describedby=${describedBy} aria-invalid=${isWrong || undefined} onInput=${(event) => onChange(event.currentTarget.value)} ...${rest} />`}
  <//>`;
}

/** A choice from a list. `options`: [value, label] pairs. `onChange` gets the value. */
export function Select({ label, hint, error, value, options, onChange, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} error=${error}>
    ${({ id, describedBy, isWrong }) => html`<select class="input" id=${id} value=${value} aria-describedby=${describedBy} aria-invalid=${isWrong || undefined} onChange=${(event) => onChange(event.currentTarget.value)} ...${rest}>
      ${options.map(([one, words]) => html`<option value=${one} selected=${one === value}>${words}</option>`)}
    </select>`}
  <//>`;
}

/** A choice that is seen at once. `options`: [value, label] or [value, label, icon]. `onChange` gets the value. */
export function Choice({ label, hint, error, value, options, onChange, isLabelHidden = false }) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<fieldset class="field" aria-describedby=${describedBy}>
    <legend class=${isLabelHidden ? "visually-hidden" : ""}>${label}</legend>
    <div class="segments">
      ${options.map(([one, words, icon]) => html`<label>
        <input type="radio" name=${id} value=${one} checked=${one === value} onChange=${() => onChange(one)} />
        ${icon && html`<${Icon} name=${icon} />`}${words}
      </label>`)}
    </div>
    ${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}
    <${FieldError} id=${`${id}-error`} error=${error} />
  </fieldset>`;
}

/** A box to tick. `onChange` gets true or false. */
export function Checkbox({ label, hint, checked, onChange, ...rest }) {
  const id = useId();
  return html`<div class="field">
    <label class="check"><input type="checkbox" checked=${checked} aria-describedby=${hint ? id : undefined} onChange=${(event) => onChange(event.currentTarget.checked)} ...${rest} />${label}</label>
    ${hint && html`<span class="hint" id=${id}>${hint}</span>`}
  </div>`;
}
