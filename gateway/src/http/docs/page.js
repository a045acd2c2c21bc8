// Draws openapi.json for reading. Texts go in by textContent only, so the document cannot bring markup along.
'use strict';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const DEPTH = 6;
let openapi;

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function resolve(schema) {
  if (!schema || !schema.$ref) return schema || {};
  return schema.$ref.slice(2).split('/').reduce((part, key) => (part ? part[key] : undefined), openapi) || {};
}

function nameOf(schema) {
  return schema && schema.$ref ? schema.$ref.split('/').pop() : '';
}

// A schema as indented text: one line per field, with its type, whether it must be there, and its meaning.
function shape(schema, indent, depth, seen) {
  const name = nameOf(schema);
  if (name && seen.includes(name)) return name;
  const inside = name ? [...seen, name] : seen;
  const s = resolve(schema);
  if (depth <= 0) return name || '…';
  const variants = s.oneOf || s.anyOf;
  if (variants) return variants.map((variant) => shape(variant, indent, depth - 1, inside)).join(' | ');
  if (s.allOf) return s.allOf.map((part) => shape(part, indent, depth - 1, inside)).join(' + ');
  if (s.enum) return s.enum.map((value) => JSON.stringify(value)).join(' | ');
  if ('const' in s) return JSON.stringify(s.const);
  const types = [].concat(s.type || []);
  const orNull = types.includes('null') ? ' | null' : '';
  if (types.includes('array')) return '[ ' + shape(s.items, indent, depth - 1, inside) + ' ]' + orNull;
  if (s.properties) {
    const lines = Object.entries(s.properties).map(([key, field]) => {
      const must = (s.required || []).includes(key) ? '' : '?';
      const about = field.description || '';
      const line = indent + '  ' + key + must + ': ' + shape(field, indent + '  ', depth - 1, inside);
      return about ? line + '   // ' + about.replace(/\s+/g, ' ') : line;
    });
    return '{\n' + lines.join('\n') + '\n' + indent + '}' + orNull;
  }
  if (typeof s.additionalProperties === 'object') {
    return '{ [ключ]: ' + shape(s.additionalProperties, indent, depth - 1, inside) + ' }' + orNull;
  }
  const words = types.filter((type) => type !== 'null').join(' | ') || 'любое значение';
  return words + (s.format ? ' (' + s.format + ')' : '') + orNull;
}

function content(title, media) {
  return Object.entries(media || {}).flatMap(([type, { schema }]) => [
    element('h3', {}, title + ' ', element('code', {}, type)),
    element('pre', {}, shape(schema, '', DEPTH, [])),
  ]);
}

function parameters(list) {
  if (!list.length) return [];
  const rows = list.map((parameter) => element('tr', {},
    element('td', {}, element('code', {}, parameter.name)),
    element('td', {}, { path: 'путь', query: 'запрос', header: 'заголовок' }[parameter.in] || parameter.in),
    element('td', {}, element('code', {}, shape(parameter.schema, '', 2, []))),
    element('td', {}, (parameter.required ? 'обязателен. ' : '') + (parameter.description || '')),
  ));
  return [element('h3', {}, 'Параметры'), element('table', {}, ...rows)];
}

function responses(all) {
  const good = Object.entries(all).filter(([status]) => status < '400');
  const bad = Object.entries(all).filter(([status]) => status >= '400');
  const rows = bad.map(([status, response]) => element('tr', {},
    element('td', {}, element('code', {}, status)), element('td', {}, response.description || '')));
  return [
    ...good.flatMap(([status, response]) => [
      element('h3', {}, 'Ответ ', element('code', {}, status), ' ' + (response.description || '')),
      ...content('Тело', response.content),
    ]),
    ...(rows.length ? [element('h3', {}, 'Отказы (application/problem+json)'), element('table', {}, ...rows)] : []),
  ];
}

function operationView(path, method, operation, shared) {
  const isOpen = (operation.security || []).some((way) => Object.keys(way).length === 0);
  const body = operation.requestBody ? content('Тело запроса', operation.requestBody.content) : [];
  const view = element('details', { id: operation.operationId || method + path },
    element('summary', {},
      element('span', { class: 'method ' + method }, method), element('code', {}, path),
      element('span', { class: 'soft' }, operation.summary || ''),
      isOpen ? element('span', { class: 'open' }, 'без входа') : null),
    element('div', {},
      operation.description ? element('p', {}, operation.description) : null,
      ...parameters([...shared, ...(operation.parameters || [])]), ...body, ...responses(operation.responses || {})));
  view.dataset.words = (method + ' ' + path + ' ' + view.textContent).toLowerCase();
  return view;
}

function draw() {
  document.getElementById('title').textContent = openapi.info.title + ': API ' + openapi.info.version;
  document.getElementById('about').textContent = openapi.info.description || '';
  const groups = new Map((openapi.tags || []).map((tag) => [tag.name, { about: tag.description || '', views: [] }]));
  for (const [path, item] of Object.entries(openapi.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = (item[method].tags || ['прочее'])[0];
      if (!groups.has(tag)) groups.set(tag, { about: '', views: [] });
      groups.get(tag).views.push(operationView(path, method, item[method], item.parameters || []));
    }
  }
  const sections = [...groups].filter(([, group]) => group.views.length).map(([tag, group]) =>
    element('section', {}, element('h2', {}, group.about || tag), ...group.views));
  document.getElementById('operations').replaceChildren(...sections);
}

function search() {
  const words = document.getElementById('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const section of document.querySelectorAll('section')) {
    let shown = 0;
    for (const view of section.querySelectorAll('details')) {
      view.hidden = !words.every((word) => view.dataset.words.includes(word));
      shown += view.hidden ? 0 : 1;
    }
    section.hidden = shown === 0;
    count += shown;
  }
  document.getElementById('count').textContent = '· операций: ' + count;
}

async function start() {
  const response = await fetch('openapi.json');
  if (!response.ok) throw new Error('HTTP ' + response.status);
  openapi = await response.json();
  draw();
  search();
  document.getElementById('search').addEventListener('input', search);
  const chosen = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (chosen instanceof HTMLDetailsElement) {
    chosen.open = true;
    chosen.scrollIntoView();
  }
}

start().catch((error) => {
  document.getElementById('operations').textContent = 'Документ не загрузился: ' + error.message;
});
