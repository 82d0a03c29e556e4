// SPDX-License-Identifier: GPL-2.0-or-later
//
// look.mjs PAGE.html OUT: pictures of a page as people see it, OUT-NAME.png, and OUT.pdf.
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const {chromium} = createRequire(new URL('../../build/npm/tests/report/package.json', import.meta.url))('playwright-core');

const [page_path, out] = process.argv.slice(2);
const looks = [
	{name: 'light', colorScheme: 'light', viewport: {width: 1200, height: 900}},
	{name: 'dark', colorScheme: 'dark', viewport: {width: 1200, height: 900}},
	{name: 'narrow', colorScheme: 'light', viewport: {width: 360, height: 740}},
];
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox']});

for (const look of looks) {
	const page = await browser.newPage(look);
	await page.goto(pathToFileURL(page_path).href);
	const height = await page.evaluate(() => document.documentElement.scrollHeight);
	for (let y = 0; y < height; y += 600) {
		await page.evaluate(to => scrollTo({top: to, behavior: 'instant'}), y);
		await page.waitForTimeout(60);
	}
	await page.evaluate(() => scrollTo({top: 0, behavior: 'instant'}));
	await page.screenshot({path: `${out}-${look.name}.png`, fullPage: true});
	if (look.name === 'dark')
		await page.pdf({path: `${out}.pdf`, format: 'A4', printBackground: true});
	await page.close();
}
await browser.close();
