// SPDX-License-Identifier: GPL-2.0-or-later
//
// The page of claims (harness/cli/cmd-claims.c): what others have published, table by table, and
// what was seen here beside it.
'use strict';

// How a verdict on a claim looks: as one of a comparison does.
const CLAIM_VERDICTS = {
	reproduced: {sign: '✓', tone: 'better'},
	contradicted: {sign: '✗', tone: 'worse'},
	inconclusive: {sign: '?', tone: 'unclear'},
	'not-testable-here': {sign: '∅', tone: 'void'},
};

function claimTable(block) {
	return table({
		caption: block.caption,
		hidden: true,	// its first column is called alike
		columns: block.columns.map((c, i) => i ? c.right ? right(c.text) : c.text : wrap(c.text)),
		bodies: [{rows: block.rows.map(r => r.map((text, i) => i && CLAIM_VERDICTS[text] ? badge(CLAIM_VERDICTS[text], text) : text))}],
	});
}

// A section for each claim; notes that follow each other are one list.
function claimSections(blocks) {
	const sections = [];
	let notes = null;

	for (const block of blocks) {
		const last = sections[sections.length - 1];

		if (block.note) {
			notes = notes || last.appendChild(el('ul', {}));
			notes.append(el('li', {}, block.note));
			continue;
		}
		notes = null;
		if (block.heading)
			sections.push(section(block.heading, block.heading, el('p', {}, block.text)));
		else if (block.caption)
			last.append(claimTable(block));
	}
	return sections;
}

function claimsView(data) {
	const sections = claimSections(data.blocks), sum = data.blocks.find(b => b.sum);

	return frame({kind: 'claims', title: data.title, lead: sum && sum.sum, ramrig: data.ramrig}, sections);
}
