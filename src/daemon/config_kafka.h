/*
 * config_kafka.h: which librdkafka properties an operator may set, and where.
 */
#ifndef DAEMON_CONFIG_KAFKA_H
#define DAEMON_CONFIG_KAFKA_H

/* A config_check each: NULL, or why the property may not stand in kafka.properties … */
const char *config_kafka_property(const char *name, const char *value);
/* … or in the file of kafka.secrets. */
const char *config_kafka_secret(const char *name, const char *value);

#endif
