import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.fressian.FressianReader;
import org.fressian.FressianWriter;
import org.fressian.handlers.ReadHandler;
import org.fressian.handlers.WriteHandler;

/**
 * What org.fressian lacks to talk to Clojure programs: keywords. Maps and sets are read so
 * that they keep their order. Values that it has no class for (symbols, ratios, records ...)
 * it reads as TaggedObject and writes back as they were.
 */
final class Fressian {
	/** A Clojure keyword; the namespace is null if it has none. */
	record Keyword(String namespace, String name) {
		static Keyword of(String name) {
			return new Keyword(null, name);
		}

		@Override
		public String toString() {
			return ":" + (namespace == null ? "" : namespace + "/") + name;
		}
	}

	private static final Map<Object, ReadHandler> READERS = Map.of(
	    "key", (reader, tag, count) ->
	        new Keyword((String) reader.readObject(), (String) reader.readObject()),
	    "map", (reader, tag, count) -> readMap((List<?>) reader.readObject()),
	    "set", (reader, tag, count) ->
	        new LinkedHashSet<>((Collection<?>) reader.readObject()));

	/** The parts go through the cache, as data.fressian sends them. */
	private static final Map<String, WriteHandler> WRITERS = Map.of("key", (writer, o) -> {
		Keyword keyword = (Keyword) o;
		writer.writeTag("key", 2);
		writer.writeObject(keyword.namespace(), true);
		writer.writeObject(keyword.name(), true);
	});

	private Fressian() {
	}

	private static Map<Object, Object> readMap(List<?> items) {
		Map<Object, Object> map = new LinkedHashMap<>();
		for (int i = 0; i < items.size(); i += 2)
			map.put(items.get(i), items.get(i + 1));
		return map;
	}

	/** The value of a message, which may have a footer: that has to be right then. */
	static Object read(byte[] message) throws IOException {
		ByteArrayInputStream in = new ByteArrayInputStream(message);
		try (FressianReader reader = new FressianReader(in, READERS::get, true)) {
			Object value = reader.readObject();
			if (in.available() > 0)
				reader.validateFooter();
			if (in.available() > 0)
				throw new IOException("something follows the footer");
			return value;
		}
	}

	/** The message of a value, with footer. */
	static byte[] write(Object value) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		try (FressianWriter writer = new FressianWriter(out,
		    type -> type == Keyword.class ? WRITERS : null)) {
			writer.writeObject(value);
			writer.writeFooter();
		}
		return out.toByteArray();
	}
}
