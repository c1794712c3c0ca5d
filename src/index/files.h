/*
 * files.h: an index whose files come as descriptors, for processes that may
 * open nothing. SQLite's Unix VFS has a hook for each system call it makes; its
 * open is replaced by one that knows three names.
 */
#ifndef INDEX_FILES_H
#define INDEX_FILES_H

/*
 * From now until files_forget: an open of path, path-wal or path-shm by SQLite gets a duplicate of fd[0], fd[1]
 * or fd[2]; any other fails with EACCES, also after files_forget.
 */
void	files_use(const char *path, const int fd[3]);
void	files_forget(void);

#endif
