package store

// What a list of sales names is read in as few statements as there are: one for a single sale, which a connection to a server waits
// for; for a batch one for every so many sellers, products and plans.
const (
	sqlSaleContext = `SELECT ` + sqlSellerColumns + `, p.product_id, COALESCE((SELECT m.vendor_id FROM product_vendors m
		WHERE m.product_id = p.product_id AND m.from_us <= $1 ORDER BY m.from_us DESC LIMIT 1), p.vendor_id), p.name, p.product_class, p.requires_activation,
		p.volume_timing, p.pv, p.cv, p.qv, p.billing_cycle, p.due_rule, p.grace_days, p.failures_max, p.lapse_overdue, p.payment_reinstates,
		CAST(COALESCE((SELECT MAX(v.version) FROM plans v WHERE v.plan_id = d.plan_id AND v.valid_from_us <= $1), 0) AS BIGINT)
		FROM positions d, products p WHERE d.distributor_id = $2 AND p.product_id = $3`
	sqlSellerColumns = `d.distributor_id, d.plan_id, d.enrolled_at_us, d.standing_at_us`
	sqlPlanStarts    = `SELECT version, valid_from_us FROM plans WHERE plan_id = $1 ORDER BY version`
)

var (
	sqlSellers       = `SELECT ` + sqlSellerColumns + ` FROM positions d WHERE d.distributor_id IN ` + idList(0)
	sqlProducts      = `SELECT ` + sqlProductColumns + ` FROM products WHERE product_id IN ` + idList(0)
	sqlMovedProducts = `SELECT product_id, from_us, vendor_id FROM product_vendors WHERE product_id IN ` + idList(0) + ` ORDER BY product_id, from_us`
	sqlFirstContents = `SELECT sale_id, content FROM sales WHERE region = $1 AND market = $2 AND sale_id IN ` + idList(2)
)

// recorded is what the database knows of one sale of the list.
type recorded struct {
	exists  bool
	content []byte // of the first recording
	seller  seller
	product *Product // may be that of others, too
	vendor  string   // of the product when it was sold
	known   bool     // seller and product were both found
	version int32    // of the plan in force when it was sold; 0 when none was
}

// seller is what a sale asks of whoever sold it.
type seller struct {
	planID                     string
	enrolledAtUS, standingAtUS int64
}

const sellerColumns = 4 // of sqlSellerColumns

func scanSeller(r Row) seller { return seller{r.Text(1), r.Int(2), r.Int(3)} }

// read reads all that the list names.
func (r *recording) read() error {
	var b Batch
	if r.look {
		r.readContents(&b)
	}
	if len(r.list) > 1 {
		return r.readContexts(&b)
	}
	n, f := r.list[0], &r.found[0]
	b.Query(sqlSaleContext, []any{n.SoldAtUS, n.DistributorID, n.ProductID}, func(row Row) error {
		product := scanProductAt(row, sellerColumns)
		f.known, f.seller, f.version = true, scanSeller(row), int32(row.Int(sellerColumns+15))
		f.product, f.vendor = &product, product.VendorID
		return nil
	})
	return r.conn.Send(&b)
}

// readContents looks for those of the sales that are there already.
func (r *recording) readContents(b *Batch) {
	byMarket := make(map[string][]int)
	for i := range r.list {
		market := r.list[i].Market
		byMarket[market] = append(byMarket[market], i)
	}
	for _, market := range distinct(r.list, func(n *NewSale) string { return n.Market }) {
		at := make(map[string]int)
		var ids []string
		for _, i := range byMarket[market] {
			ids = append(ids, r.list[i].SaleID)
			at[r.list[i].SaleID] = i
		}
		b.queryIDs(sqlFirstContents, []any{r.regions[byMarket[market][0]], market}, ids, func(row Row) error {
			f := &r.found[at[row.Text(0)]]
			f.exists, f.content = true, append([]byte(nil), row.Bytes(1)...)
			return nil
		})
	}
}

// readContexts reads the sellers and products of a batch, and then the plans of the sellers.
func (r *recording) readContexts(b *Batch) error {
	sellers, products := make(map[string]seller, len(r.list)), make(map[string]*Product)
	b.queryIDs(sqlSellers, nil, distinct(r.list, func(n *NewSale) string { return n.DistributorID }), func(row Row) error {
		sellers[row.Text(0)] = scanSeller(row)
		return nil
	})
	productIDs := distinct(r.list, func(n *NewSale) string { return n.ProductID })
	type start struct {
		what   string
		fromUS int64
	}
	vendors := make(map[string][]start)
	b.queryIDs(sqlMovedProducts, nil, productIDs, func(row Row) error {
		vendors[row.Text(0)] = append(vendors[row.Text(0)], start{row.Text(2), row.Int(1)})
		return nil
	})
	b.queryIDs(sqlProducts, nil, productIDs, func(row Row) error {
		p := scanProduct(row)
		products[p.ProductID] = &p
		return nil
	})
	if err := r.conn.Send(b); err != nil {
		return err
	}
	type begun struct {
		version int32
		fromUS  int64
	}
	starts := make(map[string][]begun)
	var versions Batch
	for _, plan := range distinct(r.list, func(n *NewSale) string { return sellers[n.DistributorID].planID }) {
		versions.Query(sqlPlanStarts, []any{plan}, func(row Row) error {
			starts[plan] = append(starts[plan], begun{int32(row.Int(0)), row.Int(1)})
			return nil
		})
	}
	if err := r.conn.Send(&versions); err != nil {
		return err
	}
	for i := range r.list {
		f, n := &r.found[i], &r.list[i]
		seller, isSeller := sellers[n.DistributorID]
		product, isProduct := products[n.ProductID]
		if f.known = isSeller && isProduct; !f.known {
			continue
		}
		f.seller, f.product, f.vendor = seller, product, product.VendorID
		for _, v := range vendors[n.ProductID] {
			if v.fromUS <= n.SoldAtUS {
				f.vendor = v.what
			}
		}
		for _, s := range starts[seller.planID] {
			if s.fromUS <= n.SoldAtUS {
				f.version = max(f.version, s.version)
			}
		}
	}
	return nil
}
