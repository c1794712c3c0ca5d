// Java's HttpClient against cmdr, by the rows of checks.json in their flat form (see flat() of tests/system/clients.py).
// The client is as it comes: it offers HTTP/2 with each request, which cmdr passes over. `java HttpClientRows.java ROWS`
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.zip.*;

public class HttpClientRows {
    // docs: begin
    /** Until it is answered: the same key makes it the same command, however often it is sent. */
    static HttpResponse<byte[]> send(HttpClient client, String url, String json, String key) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json").header("Idempotency-Key", '"' + key + '"')
            .POST(BodyPublishers.ofString(json)).build();
        for (int attempt = 0; attempt < 8; attempt++) {
            long wait = 1;
            try {
                HttpResponse<byte[]> r = client.send(request, BodyHandlers.ofByteArray());
                if (!List.of(409, 429, 503, 504).contains(r.statusCode()))
                    return r;
                wait = r.headers().firstValueAsLong("Retry-After").orElse(1);
            } catch (IOException e) {
                // not there, or gone before it answered
            }
            Thread.sleep(1000 * wait);
        }
        throw new IOException("no answer yet: send it again later, with the same key");
    }
    // docs: end

    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static final Map<String, String> SAVED = new HashMap<>();

    static String[] items(String field) {
        return field.isEmpty() ? new String[0] : field.split("\u001d");
    }

    static String fill(String text) {
        for (Map.Entry<String, String> e : SAVED.entrySet())
            text = text.replace("${" + e.getKey() + "}", e.getValue());
        return text;
    }

    static class Row {
        final String name, how, method, url, body;
        final int times, status;
        final String[] headers, answers, contains, has, save;
        final boolean empty;

        Row(String text) {
            String[] f = text.split("\u001f", -1);
            name = f[0];
            how = f[1];
            times = f[2].isEmpty() ? 1 : Integer.parseInt(f[2]);
            method = f[3];
            url = fill(f[4]);
            headers = items(fill(f[5]));
            body = f[6];
            status = Integer.parseInt(f[7]);
            answers = items(f[8]);
            empty = !f[9].isEmpty();
            contains = items(f[10]);
            has = items(f[11]);
            save = items(f[12]);
        }

        String header(String name) {
            for (String h : headers)
                if (h.startsWith(name + ": "))
                    return h.substring(name.length() + 2);
            return "";
        }
    }

    static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream z = new GZIPOutputStream(out)) {
            z.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    static HttpRequest.BodyPublisher publisher(Row row) throws IOException {
        if (row.body.isEmpty())
            return BodyPublishers.noBody();
        if (row.how.equals("gzip"))
            return BodyPublishers.ofByteArray(gzip(row.body));
        // A stream's length is not known: it goes in chunks.
        if (row.how.equals("chunked"))
            return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(row.body.getBytes(StandardCharsets.UTF_8)));
        return BodyPublishers.ofString(row.body);
    }

    static HttpResponse<byte[]> ask(Row row) throws Exception {
        HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(row.url)).timeout(Duration.ofSeconds(60))
            .expectContinue(row.how.equals("expect")).method(row.method, publisher(row));
        for (String h : row.headers)
            b.header(h.substring(0, h.indexOf(": ")), h.substring(h.indexOf(": ") + 2));
        return CLIENT.send(b.build(), BodyHandlers.ofByteArray());
    }

    static boolean wrongHeader(String want, Optional<String> got) {
        if (want.equals("-") || got.isEmpty())
            return want.equals("-") == got.isPresent();
        return want.endsWith("*") ? !got.get().startsWith(want.substring(0, want.length() - 1)) : !got.get().equals(want);
    }

    static String text(Row row, HttpResponse<byte[]> r) throws IOException {
        boolean zipped = r.headers().firstValue("Content-Encoding").orElse("").equals("gzip");
        if (row.how.equals("gunzip") && !zipped)
            throw new IOException("the answer was not gzipped");
        InputStream in = new ByteArrayInputStream(r.body());
        return new String((zipped ? new GZIPInputStream(in) : in).readAllBytes(), StandardCharsets.UTF_8);
    }

    static String judge(Row row, HttpResponse<byte[]> r) throws IOException {
        String text = text(row, r);
        if (r.statusCode() != row.status)
            return "status " + r.statusCode() + ", not " + row.status + ": " + text;
        for (String a : row.answers) {
            Optional<String> got = r.headers().firstValue(a.substring(0, a.indexOf(": ")));
            if (wrongHeader(a.substring(a.indexOf(": ") + 2), got))
                return a + ", not " + got;
        }
        if (row.empty && !text.isEmpty())
            return "a body: " + text;
        int place = 0;
        for (String part : row.contains) {
            int i = text.indexOf(part, place);
            if (i < 0)
                return part + " is not there, or not in its place: " + text;
            place = i + part.length();
        }
        for (String part : row.has)
            if (!text.contains(part))
                return part + " is not there: " + text;
        return null;
    }

    static String many(Row row, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            HttpResponse<byte[]> r = ask(row);
            String why = judge(row, r);
            if (why != null)
                return why;
            for (String s : row.save)
                SAVED.put(s.split("=")[0], r.headers().firstValue(s.split("=")[1]).orElse(""));
        }
        return null;
    }

    static String atOnce(Row row) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (Future<String> f : pool.invokeAll(Collections.nCopies(8, (Callable<String>) () -> many(row, row.times / 8))))
                if (f.get() != null)
                    return f.get();
            return null;
        } finally {
            pool.shutdown();
        }
    }

    static String check(Row row) throws Exception {
        if (row.how.equals("safely"))
            return judge(row, send(CLIENT, row.url, row.body, row.header("Idempotency-Key").replace("\"", "")));
        return row.how.equals("at once") ? atOnce(row) : many(row, row.times);
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        boolean good = true;
        for (String text : Files.readString(Path.of(args[0])).split("\u001e")) {
            Row row = new Row(text);
            String why;
            try {
                why = check(row);
            } catch (Exception e) {
                why = e.toString();
            }
            out.println(why == null ? "ok\t" + row.name : "FAIL\t" + row.name + "\t" + why.replace('\n', ' '));
            good &= why == null;
        }
        System.exit(good ? 0 : 1);
    }
}
