// The editor of a cell, CodeMirror 6. Loaded when a cell is first edited.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

/**
 * @typedef {object} Wishes
 * @property {string} source
 * @property {string} label the editor's name for screen readers
 * @property {(source: string) => void} changed
 * @property {(keys: "stay" | "next") => void} run
 */

/** The classes that the book's pages give to Python: one set of colours for both. */
const colours = tagHighlighter([
  { tag: tags.keyword, class: "k" },
  { tag: tags.moduleKeyword, class: "kn" },
  { tag: [tags.bool, tags.null], class: "kc" },
  { tag: tags.operatorKeyword, class: "ow" },
  { tag: tags.operator, class: "o" },
  { tag: tags.comment, class: "c1" },
  { tag: tags.string, class: "s2" },
  { tag: tags.special(tags.string), class: "s2" },
  { tag: tags.number, class: "mi" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "nf" },
  { tag: tags.definition(tags.className), class: "nc" },
  { tag: tags.meta, class: "nd" },
  { tag: tags.self, class: "bp" },
]);

/**
 * An editor in place of a cell's plain text.
 *
 * Tab indents once something has been typed; before that, and after Escape, it goes
 * to the next control, as everywhere on the page.
 * @param {HTMLElement} parent
 * @param {Wishes} wishes
 * @returns {EditorView}
 */
export function openEditor(parent, wishes) {
  const view = new EditorView({
    parent,
    state: EditorState.create({ doc: wishes.source, extensions: extensions(wishes) }),
  });
  view.setTabFocusMode(true);
  view.contentDOM.addEventListener("blur", () => view.setTabFocusMode(true));
  return view;
}

/** @param {Wishes} wishes */
function extensions(wishes) {
  /** @param {"stay" | "next"} keys */
  const run = (keys) => (/** @type {EditorView} */ view) => {
    view.setTabFocusMode(true); // typing has ended
    wishes.run(keys);
    return true;
  };
  const running = [
    { key: "Ctrl-Enter", mac: "Cmd-Enter", run: run("stay") },
    { key: "Shift-Enter", run: run("next") },
  ];
  return [
    keymap.of([
      ...running,
      { key: "Tab", run: indent, shift: indentLess },
      ...closeBracketsKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    history(),
    drawSelection(),
    python(),
    indentUnit.of("    "),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    syntaxHighlighting(colours),
    EditorView.contentAttributes.of({
      "aria-label": wishes.label,
      "aria-description": "Tab indents while you type. Escape, then Tab, leaves.",
    }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      update.view.setTabFocusMode(false);
      wishes.changed(update.state.doc.toString());
    }),
  ];
}

/**
 * Indent the selected lines, or go on to the next column of four.
 * @param {EditorView} view
 */
function indent(view) {
  const { main } = view.state.selection;
  if (!main.empty) return indentMore(view);
  const column = main.head - view.state.doc.lineAt(main.head).from;
  const spaces = " ".repeat(4 - (column % 4));
  view.dispatch(view.state.replaceSelection(spaces), { scrollIntoView: true });
  return true;
}
