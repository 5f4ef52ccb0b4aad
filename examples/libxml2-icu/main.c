/* A document in an encoding that only ICU converts, asked with XPath: libxml2 over ICU. */
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <string.h>

/* "Šamaš" in ISO-2022-KR would do as well; this is EUC-KR for two syllables. */
static const char document[] =
    "<?xml version=\"1.0\" encoding=\"EUC-KR\"?>"
    "<tablets><tablet place=\"Uruk\">\xc1\xa1\xc5\xe4</tablet><tablet place=\"Ur\">clay</tablet></tablets>";

int main(void) {
  xmlDocPtr parsed = xmlReadMemory(document, sizeof document - 1, "tablets.xml", NULL, 0);
  if (!parsed) return 1;
  xmlXPathContextPtr context = xmlXPathNewContext(parsed);
  xmlXPathObjectPtr found =
      xmlXPathEvalExpression((const xmlChar *)"//tablet[@place='Uruk']", context);
  for (int i = 0; i < found->nodesetval->nodeNr; i++) {
    xmlChar *text = xmlNodeGetContent(found->nodesetval->nodeTab[i]);
    printf("%s\n", (const char *)text);
    xmlFree(text);
  }
  xmlXPathFreeObject(found);
  xmlXPathFreeContext(context);
  xmlChar *written = NULL;
  int size = 0;
  xmlDocDumpFormatMemoryEnc(parsed, &written, &size, "UTF-8", 1);
  fwrite(written, 1, (size_t)size, stdout);
  xmlFree(written);
  xmlFreeDoc(parsed);
  xmlCleanupParser();
  return 0;
}
