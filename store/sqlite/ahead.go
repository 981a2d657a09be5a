package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"

	"upline/store"
)

// ReadThenWrite implements store.ReadAhead. The reading is done on a reader's connection, beside the writer. In its turn the transaction
// finds out whether that still holds: whether nothing was committed since but by transactions of its kind. Else it reads again there.
func (e *Engine) ReadThenWrite(ctx context.Context, name string, read, write func(store.Conn) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.active.Done()
	seen := e.writer.changes.Load()
	if err := e.read(ctx, name, read); err != nil {
		return err
	}
	again := false
	inTurn := func(c store.Conn) error {
		if again || !e.writer.unchanged(seen) {
			again = true
			if err := read(c); err != nil {
				return err
			}
		}
		return write(c)
	}
	err := e.writer.write(ctx, &request{ctx: ctx, name: name, fn: inTurn, onlyAdds: true})
	if isConstraint(err) && !again {
		// Another of its kind has added what it adds: it has to be read what that was.
		again = true
		err = e.writer.write(ctx, &request{ctx: ctx, name: name, fn: inTurn, onlyAdds: true})
	}
	return err
}

func isConstraint(err error) bool {
	return err != nil && sqlite.ErrCode(err).ToPrimary() == sqlite.ResultConstraint
}

// unchanged reports, in a turn, whether what a reader saw that began when changes were so many still holds.
func (w *writer) unchanged(changes int64) bool { return !w.changed && w.changes.Load() == changes }

// noteOthers counts it as a change that another engine on the file, perhaps of another process, has committed anything since the last
// transaction of this one. The write lock is held, so that no other can until this one commits.
func (w *writer) noteOthers() error {
	version, err := w.db.text("PRAGMA data_version")
	if err == nil && version != w.dataVersion {
		w.dataVersion = version
		w.changes.Add(1)
	}
	return err
}
