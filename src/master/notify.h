/*
 * notify.h: what systemd is told (sd_notify(3)'s protocol, without libsystemd:
 * one datagram to $NOTIFY_SOCKET). Does nothing elsewhere.
 */
#ifndef MASTER_NOTIFY_H
#define MASTER_NOTIFY_H

void	notify_ready(void);
void	notify_reloading(void);
void	notify_stopping(void);

#endif
