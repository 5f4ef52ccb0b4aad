package uruk.jitlink.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The index of an archive that has none, made by looking into every member once. */
record ScannedSymbolIndex(Map<String, Long> memberOffsets) implements SymbolIndex {

  static ScannedSymbolIndex scan(List<ArchiveMember> members, SymbolScanner scanner) {
    var offsets = new LinkedHashMap<String, Long>();
    for (ArchiveMember member : members) {
      for (String symbol : scanner.definedSymbols(member)) {
        offsets.putIfAbsent(symbol, member.offset());
      }
    }
    return new ScannedSymbolIndex(offsets);
  }

  @Override
  public long memberOffset(String symbol) {
    return memberOffsets.getOrDefault(symbol, NONE);
  }

  @Override
  public List<String> symbols() {
    return List.copyOf(memberOffsets.keySet());
  }

  @Override
  public StoredSymbolIndex stored() {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    int[] starts = new int[memberOffsets.size()];
    int[] ends = new int[starts.length];
    long[] members = new long[starts.length];
    int name = 0;
    for (Map.Entry<String, Long> each : memberOffsets.entrySet()) {
      starts[name] = image.size();
      image.writeBytes(each.getKey().getBytes(StandardCharsets.UTF_8));
      ends[name] = image.size();
      members[name++] = each.getValue();
    }
    return new StoredSymbolIndex(image.toByteArray(), starts, ends, members);
  }
}
