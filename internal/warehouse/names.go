package warehouse

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
)

// namings stores what the file says of each object that it names.
func (t *transfer) namings(context.Context) error {
	var rows [][]driver.Value
	for _, n := range t.keys.Namings() {
		rows = append(rows, []driver.Value{int32(t.batch), n.Key, n.ExtID, n.Name})
	}
	return t.append("naming", rows)
}

// settleNames gives the objects that a batch names the name and the id that the
// newest batch says: an old file that comes late renames nothing, and neither
// does one that was taken out.
func settleNames(ctx context.Context, conn *sql.Conn, batch int) error {
	_, err := conn.ExecContext(ctx, fill(query("names"), "batch", strconv.Itoa(batch)))
	return err
}

// unleave removes the days without delivery that complete files were told of by
// a batch that was just taken out.
func unleave(ctx context.Context, conn *sql.Conn, batch int) error {
	_, err := conn.ExecContext(ctx, fill(query("unleave"), "batch", strconv.Itoa(batch)))
	return err
}

// forget removes the objects that only a batch that was just taken out has named.
func forget(ctx context.Context, conn *sql.Conn, batch int) error {
	_, err := conn.ExecContext(ctx, fill(query("forget"), "batch", strconv.Itoa(batch)))
	return err
}
