package warehouse

import (
	"context"
	"database/sql"
	"fmt"

	"vigie/ingest"
)

// platforms writes what questions need to know of the platforms where it is not
// what the program says: a newer one may know more.
func (w *Warehouse) platforms(ctx context.Context) error {
	return w.tx(ctx, func(tx *sql.Tx) error {
		for _, p := range ingest.Platforms() {
			var same int
			err := tx.QueryRowContext(ctx, "select count(*) from platform where platform = ? and maturity = ?", p.ID, p.Maturity).Scan(&same)
			if err == nil && same == 0 {
				_, err = tx.ExecContext(ctx, "insert or replace into platform values (?, ?)", p.ID, p.Maturity)
			}
			if err != nil {
				return fmt.Errorf("platforms: %w", err)
			}
		}
		return nil
	})
}
