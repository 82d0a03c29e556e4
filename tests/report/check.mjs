// SPDX-License-Identifier: GPL-2.0-or-later
//
// check.mjs PAGE.html COMPARISON.json LOOK:CHECK,CHECK...: looks at a page in Chromium as people
// do. Prints "CHECK LOOK: what is wrong" for each finding, and "CHECK LOOK done" where a check
// came to its end. Looks and checks stand in the tables below.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const require = createRequire(new URL('../../build/npm/tests/report/package.json', import.meta.url));
const {chromium} = require('playwright-core');

const looks = {
	light: {colorScheme: 'light', viewport: {width: 1200, height: 900}},
	dark: {colorScheme: 'dark', viewport: {width: 1200, height: 900}},
	narrow: {colorScheme: 'light', viewport: {width: 360, height: 740}},
	'narrow-dark': {colorScheme: 'dark', viewport: {width: 360, height: 740}},
};

// Opens all that is folded, and passes by all, so that every part is made.
async function openAll(page) {
	await page.evaluate(async () => {
		// Two frames, or half a second where a busy machine draws none.
		const frame = () => new Promise(done => {
			requestAnimationFrame(() => requestAnimationFrame(done));
			setTimeout(done, 500);
		});
		for (let closed; (closed = document.querySelectorAll('details:not([open])')).length;) {
			closed.forEach(d => { d.open = true; });
			await frame();
		}
		for (let y = 0; y < document.documentElement.scrollHeight; y += 500) {
			scrollTo({top: y, behavior: 'instant'});
			await frame();
		}
		scrollTo({top: 0, behavior: 'instant'});
	});
}

// What a page must not do, whatever its width: say an error, ask for anything, become another page.
async function quiet(page, seen) {
	for (const width of [700, 1000]) {	// charts are drawn anew
		await page.setViewportSize({width, height: 800});
		await page.waitForTimeout(150);
	}
	const title = await page.title(), images = await page.locator('img').count();

	return [...seen.errors, ...seen.requests.map(r => `a request for ${r}`),
		...(title.includes('broken') ? ['a text of the guest ran as a program'] : []),
		...(images ? ['a text of the guest became an image'] : [])];
}

// The policy is what keeps a page quiet where its program has a fault: it must hold.
async function policy(page) {
	const [request, program] = await page.evaluate(async () => {
		const script = document.createElement('script');
		script.textContent = 'window.ran = true';
		document.body.append(script);
		return [await fetch('data:text/plain,x').then(() => true, () => false), window.ran === true];
	});

	return [request && 'a request is let through', program && 'a foreign program is let through'].filter(f => f);
}

async function axe(page) {
	await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
	const found = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));

	return found.violations.filter(v => ['serious', 'critical'].includes(v.impact)).flatMap(v =>
		v.nodes.map(n => `${v.impact}: ${v.id}: ${n.target.join(' ')}: ${n.failureSummary.replaceAll('\n', ' ')}`));
}

async function layout(page) {
	return page.evaluate(() => {
		const found = [], room = document.documentElement.clientWidth;
		const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]));

		if (document.documentElement.scrollWidth > room)
			found.push(`the page is ${document.documentElement.scrollWidth} wide, the window ${room}`);
		levels.forEach((level, i) => {
			if (level > (i ? levels[i - 1] : 0) + 1)
				found.push(`heading ${i + 1} is of level ${level} after ${levels[i - 1]}`);
		});
		for (const t of document.querySelectorAll('.scroll > table')) {
			if (!t.caption || !t.caption.textContent)
				found.push('a table has no caption');
			if (t.querySelectorAll('th:not([scope])').length)
				found.push(`a heading of '${t.caption.textContent}' has no scope`);
		}
		return found;
	});
}

// Charts are there, drawn, and each says where its figures are.
async function drawn(page) {
	return page.evaluate(() => {
		const plots = [...document.querySelectorAll('.plot')];
		const blank = canvas => !canvas || !canvas.width ||
			!new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer).some(v => v);
		const found = plots.filter(p => blank(p.querySelector('canvas'))).map(p => `not drawn: ${p.getAttribute('aria-label')}`);

		if (plots.length < 10)
			found.push(`there are ${plots.length} charts only`);
		found.push(...plots.filter(p => !/table .* has the figures/.test(p.getAttribute('aria-label'))).map(p => `no table is named: ${p.getAttribute('aria-label')}`));
		return found;
	});
}

// On paper: light, nothing cut off, charts drawn anew for it. Tables of charts are not printed.
async function paper(page) {
	await page.evaluate(() => document.querySelectorAll('figure details').forEach(d => { d.open = false; }));
	await page.setViewportSize({width: 680, height: 960});	// A4 less its margins
	await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
	await page.emulateMedia({media: 'print', colorScheme: 'dark'});
	const found = await page.evaluate(() => {
		const list = [], shown = [...document.querySelectorAll('.plot')].filter(p => p.clientWidth);
		if (getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)')
			list.push('the paper is not white');
		for (const p of shown) {
			const canvas = p.querySelector('canvas');
			if (!canvas)
				list.push(`not drawn: ${p.getAttribute('aria-label')}`);
			else if (canvas.getBoundingClientRect().width > p.getBoundingClientRect().width + 1)
				list.push(`cut off: ${p.getAttribute('aria-label')}`);
		}
		for (const t of document.querySelectorAll('.scroll > table')) {
			if (t.clientWidth && t.getBoundingClientRect().right > innerWidth + 1)
				list.push(`cut off: table '${t.caption.textContent}'`);
		}
		return list;
	});

	const pdf = await page.pdf({format: 'A4'});
	return pdf.subarray(0, 5).toString() === '%PDF-' ? found : [...found, 'no PDF came of it'];
}

// Every figure of the comparison stands in the page, at its place and with its value.
async function figures(page, seen, comparison) {
	const rows = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll('#key tr[data-row]')].map(tr =>
		[tr.dataset.row, Object.fromEntries([...tr.querySelectorAll('data')].map(d => [d.dataset.key, d.value]).concat([['text', tr.textContent]]))])));
	const bases = await page.evaluate(() => [...document.querySelectorAll('#key data[data-key=base_median]')].map(d => d.value));
	const prices = await page.evaluate(() => [...document.querySelectorAll('#cost data')].map(d => `${d.dataset.key} ${d.value}`));
	const verdict = await page.locator('#verdict').textContent(), found = [];
	const word = v => v === null || v === undefined ? '' : String(v);

	comparison.comparisons.forEach((c, i) => {
		const row = rows[i], name = `${c.metric} of ${c.arm}`;
		if (!row) {
			found.push(`${name} is missing`);
			return;
		}
		for (const key of ['arm_median', 'change', 'p_adjusted', 'mde', 'proof', 'pairs'])
			if (row[key] !== word(c[key]))
				found.push(`${key} of ${name} is ${row[key]}, not ${word(c[key])}`);
		if (row.ci !== (c.ci ? c.ci.map(word).join(' ') : ''))
			found.push(`the interval of ${name} is ${row.ci}`);
		if (!row.text.includes(c.verdict || c.label))
			found.push(`the verdict of ${name} is not there`);
		if (!bases.includes(word(c.base_median)))
			found.push(`the base's median of ${name} is not there`);
	});
	for (const price of comparison.prices) {
		for (const s of price.saved.filter(r => r.saved !== null))
			if (!prices.includes(`saved ${s.saved}`))
				found.push(`what ${price.arm} saves of ${s.metric} is not there`);
	}
	for (const line of comparison.sentence.split('\n'))
		if (!verdict.includes(line))
			found.push(`the sentence is not there: ${line}`);
	return found;
}

const checks = {quiet, policy, axe, layout, drawn, paper, figures};
const [path, comparison, ...wanted] = process.argv.slice(2);
const known = JSON.parse(readFileSync(comparison, 'utf8')), url = pathToFileURL(path).href;
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox']});

for (const item of wanted) {
	const [look, names] = item.split(':');
	const page = await browser.newPage(looks[look]), seen = {errors: [], requests: []};

	page.on('console', m => ['error', 'warning'].includes(m.type()) && seen.errors.push(`console: ${m.text()}`));
	page.on('pageerror', e => seen.errors.push(`error: ${e.message}`));
	page.on('request', r => r.url() !== url && seen.requests.push(r.url()));
	await page.goto(url);
	await openAll(page);
	for (const name of names.split(',')) {
		for (const finding of await checks[name](page, seen, known))
			console.log(`${name} ${look}: ${finding}`);
		console.log(`${name} ${look} done`);
	}
	await page.close();
}
await browser.close();
