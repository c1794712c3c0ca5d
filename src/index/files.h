/*
 * files.h: an index whose files come as descriptors, for processes that may
 * open nothing. SQLite's Unix VFS has a hook for each system call it makes;
 * those that take a path are replaced by ones that know three names.
 */
#ifndef INDEX_FILES_H
#define INDEX_FILES_H

/*
 * From now until files_forget: an open of FILES_PATH, FILES_PATH-wal or FILES_PATH-shm by SQLite gets a duplicate of
 * fd[0], fd[1] or fd[2]; any other fails with EACCES, also after files_forget, for as long as the process lives.
 */
void	files_use(const int fd[3]);
void	files_forget(void);

/* Not the real path, which may be another index's by now, or lead over symbolic links. */
#define FILES_PATH	"/cmdr-index-descriptors/index.db"

#endif
