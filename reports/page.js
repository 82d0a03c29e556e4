// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every page begins here: the data name the view that lays them out.
'use strict';

const views = {result: resultView, trends: trendsView, claims: claimsView};

{
	const data = JSON.parse(document.getElementById('data').textContent);

	document.body.append(...views[data.page](data));
	chartsWatch();
}
