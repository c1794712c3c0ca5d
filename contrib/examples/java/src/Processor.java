import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A command processor in Java: follows the commands topic and answers each :create-foo with
 * a :foo-created event. It keeps no state, so it does not know after a restart which commands
 * it has answered.
 */
public final class Processor {
	private static final Fressian.Keyword ID = Fressian.Keyword.of("id");
	private static final Fressian.Keyword PARENT = Fressian.Keyword.of("parent");
	private static final Fressian.Keyword ACTION = Fressian.Keyword.of("action");
	private static final Fressian.Keyword DATA = Fressian.Keyword.of("data");
	private static final Fressian.Keyword LIKELY = Fressian.Keyword.of("likely");
	private static final Fressian.Keyword CREATE_FOO = Fressian.Keyword.of("create-foo");
	private static final Fressian.Keyword FOO_CREATED = Fressian.Keyword.of("foo-created");
	private static final long LOOK_FOR_PARTITIONS_MS = 5000;
	private static final List<String> VALUED = List.of("--brokers", "--commands", "--events");
	private static final String USAGE = """
	    usage: processor [--brokers HOST:PORT,...] [--commands TOPIC] [--events TOPIC]
	                     [--from-beginning]
	      --from-beginning  start at the oldest command, not at the end of the topic""";

	private final String brokers;
	private final String commands;
	private final String events;
	private final boolean fromBeginning;
	private final KafkaConsumer<byte[], byte[]> consumer;
	private final KafkaProducer<byte[], byte[]> producer;
	private volatile boolean stopping;
	private volatile boolean lost;
	private long looked;

	private Processor(Map<String, String> options) {
		brokers = options.getOrDefault("--brokers", "127.0.0.1:9092");
		commands = options.getOrDefault("--commands", "commands");
		events = options.getOrDefault("--events", "events");
		fromBeginning = options.containsKey("--from-beginning");
		/* partitionsFor answers from what the client knows, as old as max.age allows. */
		consumer = new KafkaConsumer<>(Map.of(
		    "bootstrap.servers", brokers, "client.id", "cmdr-example-java",
		    "enable.auto.commit", "false", "auto.offset.reset", "none",
		    "isolation.level", "read_committed", "allow.auto.create.topics", "false",
		    "metadata.max.age.ms", String.valueOf(LOOK_FOR_PARTITIONS_MS)),
		    new ByteArrayDeserializer(), new ByteArrayDeserializer());
		producer = new KafkaProducer<>(Map.of(
		    "bootstrap.servers", brokers, "client.id", "cmdr-example-java",
		    "enable.idempotence", "true", "linger.ms", "0"),
		    new ByteArraySerializer(), new ByteArraySerializer());
	}

	private static void say(String format, Object... args) {
		System.err.printf("processor: " + format + "%n", args);
	}

	/** The event that answers a command, or null if this processor does not handle it. */
	private static Map<Object, Object> answer(Object message) throws IOException {
		if (!(message instanceof Map<?, ?> command) ||
		    !(command.get(ID) instanceof UUID id))
			throw new IOException("it is not a map with a uuid under :id");
		if (!CREATE_FOO.equals(command.get(ACTION)))
			return null;
		if (!(command.get(DATA) instanceof Map<?, ?> data))
			throw new IOException("it has no map under :data");
		Map<Object, Object> likely = new LinkedHashMap<>(data);
		likely.put(LIKELY, "with more keys generated upstream");
		Map<Object, Object> event = new LinkedHashMap<>();
		event.put(ID, UUID.randomUUID());
		event.put(PARENT, id);
		event.put(ACTION, FOO_CREATED);
		event.put(DATA, likely);
		return event;
	}

	private void send(Map<Object, Object> event) throws IOException {
		byte[] key = Fressian.write(event.get(ID));
		producer.send(new ProducerRecord<>(events, key, Fressian.write(event)),
		    (metadata, error) -> {
			if (error != null) {
				lost = true;
				say("an event was not delivered: %s", error);
			}
		});
	}

	/** A hostile message can exhaust the stack or the memory of org.fressian's reader. */
	private void handle(ConsumerRecord<byte[], byte[]> record) {
		try {
			if (record.value() == null)
				throw new IOException("it is null");
			Map<Object, Object> event = answer(Fressian.read(record.value()));
			if (event == null)
				return;
			send(event);
			System.out.printf("handled %s event %s%n", event.get(PARENT),
			    event.get(ID));
		} catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
			say("skipped %s[%d]@%d: %s", commands, record.partition(),
			    record.offset(), e);
		}
	}

	/** The partitions of a topic, when it is there. */
	private List<PartitionInfo> awaitTopic(String topic) throws InterruptedException {
		String said = null;
		while (true) {
			try {
				List<PartitionInfo> partitions = consumer.partitionsFor(topic);
				if (partitions != null && !partitions.isEmpty())
					return partitions;
				throw new KafkaException("it does not exist");
			} catch (WakeupException | InterruptException e) {
				throw e;
			} catch (KafkaException e) {
				String why = e.getMessage();
				if (!why.equals(said))
					say("waiting for topic %s on %s: %s", topic, brokers, why);
				said = why;
				Thread.sleep(200);
			}
		}
	}

	/**
	 * Follows what is not followed yet, from offsets that are looked up. An end that is only
	 * asked for is found when the first poll comes; commands written until then are missed.
	 */
	private void follow(List<PartitionInfo> partitions, boolean beginning) {
		List<TopicPartition> all = new ArrayList<>();
		List<TopicPartition> added = new ArrayList<>();
		for (PartitionInfo p : partitions)
			all.add(new TopicPartition(commands, p.partition()));
		for (TopicPartition p : all)
			if (!consumer.assignment().contains(p))
				added.add(p);
		if (!added.isEmpty()) {
			consumer.assign(all);
			Map<TopicPartition, Long> offsets = beginning
			    ? consumer.beginningOffsets(added) : consumer.endOffsets(added);
			offsets.forEach(consumer::seek);
		}
		looked = System.nanoTime();
	}

	/** A partition that was added holds new commands only. */
	private void lookForPartitions() {
		if (System.nanoTime() - looked < LOOK_FOR_PARTITIONS_MS * 1_000_000)
			return;
		try {
			follow(consumer.partitionsFor(commands), true);
		} catch (WakeupException e) {
			throw e;
		} catch (KafkaException e) {
			looked = System.nanoTime();
			say("%s", e);
		}
	}

	/** To ask for the events topic also connects the producer, before the first command. */
	private void run() throws InterruptedException {
		try {
			awaitTopic(events);
			producer.partitionsFor(events);
			follow(awaitTopic(commands), fromBeginning);
			System.out.println("ready");
			while (!stopping) {
				consumer.poll(Duration.ofSeconds(1)).forEach(this::handle);
				lookForPartitions();
			}
		} catch (WakeupException e) {
			if (!stopping)
				throw e;
		} catch (OffsetOutOfRangeException e) {
			/* Where it stood is deleted: to go on elsewhere is to miss commands. */
			lost = true;
			say("%s", e);
		} finally {
			producer.close(Duration.ofSeconds(10));
			consumer.close();
		}
	}

	/** A JVM that is told to end runs its hooks and gives 143; this one ends its work first. */
	private void stopWhenTold() {
		Thread main = Thread.currentThread();
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			if (!main.isAlive())
				return;
			stopping = true;
			consumer.wakeup();
			try {
				main.join(15_000);
			} catch (InterruptedException e) {
				lost = true;
			}
			System.out.flush();
			Runtime.getRuntime().halt(lost ? 1 : 0);
		}));
	}

	private static Map<String, String> parse(String[] args) {
		Map<String, String> options = new HashMap<>();
		for (int i = 0; i < args.length; i++) {
			if (args[i].equals("--from-beginning")) {
				options.put(args[i], "");
			} else if (VALUED.contains(args[i]) && i + 1 < args.length) {
				options.put(args[i], args[i + 1]);
				i++;
			} else {
				boolean asked = args[i].equals("--help") || args[i].equals("-h");
				(asked ? System.out : System.err).println(USAGE);
				System.exit(asked ? 0 : 2);
			}
		}
		return options;
	}

	public static void main(String[] args) throws InterruptedException {
		Processor processor = new Processor(parse(args));
		processor.stopWhenTold();
		processor.run();
		/* While the hook waits for this thread, to exit would be to wait for the hook. */
		if (!processor.stopping)
			System.exit(processor.lost ? 1 : 0);
	}
}
