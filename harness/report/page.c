/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/assets.h"
#include "report/page.h"

/* As text of an element or a quoted attribute. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void put_asset(FILE *out, const struct asset *a)
{
	fwrite(a->begin, 1, (size_t)(a->end - a->begin), out);
}

/*
 * In JSON a '<' stands in strings only, where it can as well be an escape. Without one nothing
 * ends a script element or begins a comment in it ("</script", "<!--").
 */
static int put_json(const char *bytes, size_t len, void *arg)
{
	FILE *out = arg;

	while (len) {
		const char *mark = memchr(bytes, '<', len);
		size_t plain = mark ? (size_t)(mark - bytes) : len;

		fwrite(bytes, 1, plain, out);
		if (mark)
			fputs("\\u003c", out);
		bytes += plain + !!mark;
		len -= plain + !!mark;
	}
	return 0;
}

int page_write(const struct page *p, FILE *out, struct err *e)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ", out);
	put_asset(out, &asset_policy);
	fputs("; base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"generator\" content=\"ramrig " RAMRIG_VERSION "\">\n<title>", out);
	put_text(out, p->title);
	fputs("</title>\n<style>", out);
	put_asset(out, &asset_style);
	fputs("</style>\n</head>\n<body>\n<noscript><p>This page is made by the program in it: it "
	      "needs JavaScript, but no network. The same figures without: "
	      "<code>ramrig compare</code>.</p></noscript>\n"
	      "<script type=\"application/json\" id=\"data\">", out);
	if (json_dump_callback(p->data, put_json, out, JSON_COMPACT | JSON_REAL_PRECISION(12)))
		return err_set(e, ENOMEM, "out of memory for the data of the page '%s'", p->title);
	fputs("</script>\n<script>", out);
	put_asset(out, &asset_program);
	fputs("</script>\n</body>\n</html>\n", out);
	return 0;
}

int page_save(const struct page *p, const char *path, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return err_set(e, ENOMEM, "out of memory for %s", path);
	int rc = memstream_close(out, page_write(p, out, e), path, e);

	return rc ? rc : file_write_atomic(path, text, len, e);
}
