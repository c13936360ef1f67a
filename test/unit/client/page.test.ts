import { describe, expect, test } from 'vitest';
import { pageHtml } from '../../../client/src/pages/html.js';
import { isLabelFile } from '../../../server/src/protocol/label-file.js';

const page = (translations?: Record<string, unknown>): string =>
  pageHtml({
    name: 'viewer',
    nonce: 'abc',
    cspSource: 'https://example.vscode-cdn.net',
    script: 'https://example/viewer.js',
    style: 'https://example/viewer.css',
    translations,
    language: 'de',
  });

describe('the viewer page', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page())![1];

  test('lets nothing run but its own script', () => {
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src 'nonce-abc'`);
    expect(policy).not.toContain('unsafe-eval');
    expect(/script-src[^;]*unsafe-inline/.test(policy)).toBe(false);
    for (const script of page().matchAll(/<script\b[^>]*>/g)) expect(script[0]).toContain('nonce="abc"');
  });

  test('names no host but the webview itself', () => {
    const hosts = policy.match(/https?:\/\/[^\s;]+/g) ?? [];
    expect(new Set(hosts)).toEqual(new Set(['https://example.vscode-cdn.net']));
  });

  test('carries translations that contain quotes and tags', () => {
    const html = page({ 'Label Again': '"Noch<einmal>"' });
    const data = /data-l10n="([^"]*)"/.exec(html)![1];
    const text = data
      .replace(/&quot;/g, '"')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&');
    expect(JSON.parse(text)).toEqual({ 'Label Again': '"Noch<einmal>"' });
  });
});

test.each([
  ['sub-01_T1w.nii.gz', false],
  ['sub-01_T2w.nii', false],
  ['sub-labels_T1w.nii.gz', false],
  ['sub-01_T1w_label-discs_dlabel.nii.gz', true],
  ['sub-01_T1w_labels-disc-manual.nii.gz', true],
  ['sub-01_T2w_label-SC_seg.nii.gz', true],
  ['sub-01_dseg.nii', true],
])('%s holds labels: %s', (name, expected) => {
  expect(isLabelFile(name)).toBe(expected);
});
