import { Textarea, type TextareaProps } from '@mantine/core';
import type { Ref } from 'react';
import classes from './GrowingField.module.css';

/** Whether the browser itself lets a field grow with its words; otherwise a script measures them with every key. */
const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content');

/** A field of one line that grows with its words, up to ten lines. */
export function GrowingField(props: TextareaProps & { ref?: Ref<HTMLTextAreaElement> }) {
  return growsByItself ? (
    <Textarea {...props} rows={1} classNames={{ input: classes.field }} />
  ) : (
    <Textarea {...props} autosize minRows={1} maxRows={10} />
  );
}
