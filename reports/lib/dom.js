// SPDX-License-Identifier: GPL-2.0-or-later
//
// Elements. Whatever was measured, or written by a guest or a user, becomes text
// here and nowhere else: no function of this page makes markup of a string.
'use strict';

// el('p', {class: 'note'}, 'text', node, null): null and undefined are left out.
function el(tag, attributes, ...children) {
	const node = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes || {})) {
		if (value === null || value === undefined || value === false)
			continue;
		node.setAttribute(name, value === true ? '' : value);
	}
	for (const child of children.flat(Infinity)) {
		if (child === null || child === undefined)
			continue;
		node.append(child instanceof Node ? child : document.createTextNode(String(child)));
	}
	return node;
}

// A part that is made when it is first opened: most people read the rest.
function fold(summary, build, open) {
	const node = el('details', {}, el('summary', {}, summary));
	const fill = () => {
		if (node.open && node.childElementCount === 1)
			node.append(...[build()].flat(Infinity).filter(n => n));
	};

	node.addEventListener('toggle', fill);
	if (open) {
		node.open = true;
		fill();
	}
	return node;
}

// A figure that programs can read, too: `key` names it as `ramrig compare --json` does.
function figure(key, value, text) {
	return el('data', {'data-key': key, value: value === null || value === undefined ? '' : value}, text);
}

// table({caption, hidden, columns: [{text, right, wrap}], bodies: [{head, rows: [[cell]]}]})
//
// The first cell of each row is its heading; a body's head spans the table. What does not
// fit scrolls within its own box, by keyboard, too.
function table(t) {
	const columns = t.columns.map(c => typeof c === 'string' ? {text: c} : c);
	const cell = (content, i) => el(i ? 'td' : 'th',
		{class: columns[i].right ? 'right' : columns[i].wrap ? 'wrap' : null, scope: i ? null : 'row'}, content);
	const row = r => {
		const node = el('tr', {}, r.map(cell));
		if (r.row !== undefined)
			node.dataset.row = r.row;
		return node;
	};
	const head = el('thead', {}, el('tr', {}, columns.map(c =>
		el('th', {scope: 'col', class: c.right ? 'right' : null}, c.text))));
	const bodies = t.bodies.map(b => el('tbody', {},
		b.head ? el('tr', {class: 'head'}, el('th', {scope: 'rowgroup', colspan: columns.length}, b.head)) : null,
		b.rows.map(row)));

	return el('div', {class: 'scroll', tabindex: 0, role: 'group', 'aria-label': t.caption},
		el('table', {}, el('caption', {class: t.hidden ? 'hidden' : null}, t.caption), head, bodies));
}

const right = text => ({text, right: true});
const wrap = text => ({text, wrap: true});

function plural(n, one) {
	return `${n.toLocaleString('en')} ${n === 1 ? one : one + 's'}`;
}

// A word with the sign and the colour that go with it; UNKNOWN is for words without.
function badge(look, word) {
	return el('span', {class: `badge ${look.tone}`}, el('span', {'aria-hidden': 'true'}, look.sign), ` ${word}`);
}

const UNKNOWN = {sign: '·', tone: 'muted'};

// What all pages have about their sections: `kind` is the command that wrote it.
function frame({kind, title, lead, ramrig}, sections) {
	return [
		el('a', {class: 'skip', href: '#content'}, 'To the content'),
		el('header', {}, el('p', {class: 'eyebrow'}, `ramrig ${kind}`), el('h1', {}, title),
			lead ? el('p', {class: 'lead'}, lead) : null,
			el('nav', {'aria-label': 'Sections', class: 'contents'}, el('ul', {}, sections.map(s =>
				el('li', {}, el('a', {href: `#${s.id}`}, s.querySelector('h2').textContent)))))),
		el('main', {id: 'content'}, sections),
		el('footer', {}, el('p', {class: 'note'}, `Written by ramrig ${ramrig}. Charts: uPlot (MIT license). This file needs nothing beside it.`)),
	];
}
