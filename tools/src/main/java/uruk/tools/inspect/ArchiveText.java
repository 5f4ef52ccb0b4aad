package uruk.tools.inspect;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import uruk.jitlink.archive.Archive;
import uruk.jitlink.archive.ArchiveMember;

/** An archive's members and symbol index, as text and as JSON. */
final class ArchiveText {
  private ArchiveText() {}

  static void print(Archive archive, Page page) {
    page.title(
        "%s: %sarchive of %d members, %s"
            .formatted(
                archive.path(),
                archive.isThin() ? "thin " : "",
                archive.members().size(),
                archive.hasSymbolIndex() ? "with a symbol index" : "without a symbol index"));
    TextTable members = new TextTable("rrl", "offset", "size", "name");
    for (ArchiveMember member : archive.members()) {
      members.row("0x%x".formatted(member.offset()), member.size(), member.name());
    }
    page.part("Members", members);
    TextTable symbols = new TextTable("ll", "symbol", "member");
    index(archive).forEach(symbols::row);
    page.part("Symbol index", symbols);
  }

  static JsonObject json(Archive archive) {
    JsonObject json = new JsonObject();
    json.addProperty("file", archive.path().toString());
    json.addProperty("kind", "archive");
    json.addProperty("thin", archive.isThin());
    json.addProperty("symbolIndex", archive.hasSymbolIndex());
    JsonArray members = new JsonArray();
    for (ArchiveMember member : archive.members()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", member.name());
      entry.addProperty("offset", member.offset());
      entry.addProperty("size", member.size());
      members.add(entry);
    }
    json.add("members", members);
    JsonObject symbols = new JsonObject();
    index(archive).forEach(symbols::addProperty);
    json.add("symbols", symbols);
    return json;
  }

  private static Map<String, String> index(Archive archive) {
    Map<String, String> index = new TreeMap<>();
    for (String symbol : archive.symbols()) {
      archive.memberDefining(symbol).ifPresent(member -> index.put(symbol, member.name()));
    }
    return index;
  }
}
