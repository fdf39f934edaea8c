import type {
  Attributes,
  Model,
  ModelAttributes,
  ModelStatic,
  Order,
  Sequelize,
  Transaction,
  WhereOptions,
} from 'sequelize';
import { invariant } from '../errors/index.ts';

/** A table as Sequelize knows it: named here, defined once for each connection. */
export interface ModelDefinition<Row extends object> {
  readonly table: string;
  readonly attributes: ModelAttributes<Model<Row, Row>>;
}

export function defineModel<Row extends object>(
  table: string,
  attributes: ModelAttributes<Model<Row, Row>>,
): ModelDefinition<Row> {
  return { table, attributes };
}

export interface FindOptions {
  readonly order?: Order;
  readonly limit?: number;
  /** Locks the rows until the transaction ends. */
  readonly forUpdate?: boolean;
}

/** Most rows that one `find` returns: larger sets are paged or read by a statement of their own. */
const MAX_ROWS = 10_000;

/** The few things that repositories do with a model, inside one unit of work. Columns are snake_case, fields camelCase. */
export class ScopedModel<Row extends object> {
  readonly #model: ModelStatic<Model<Row, Row>>;
  readonly #transaction: Transaction | null;

  constructor(definition: ModelDefinition<Row>, sequelize: Sequelize, transaction: Transaction | null) {
    this.#model = modelOf(definition, sequelize);
    this.#transaction = transaction;
  }

  async find(where: WhereOptions<Attributes<Model<Row, Row>>>, options: FindOptions = {}): Promise<Row[]> {
    const found = await this.#model.findAll({
      where,
      limit: options.limit ?? MAX_ROWS,
      transaction: this.#transaction,
      ...(options.order === undefined ? {} : { order: options.order }),
      ...(options.forUpdate === true ? { lock: true } : {}),
    });
    return found.map((instance) => instance.get({ plain: true }));
  }

  async findOne(where: WhereOptions<Attributes<Model<Row, Row>>>, options: FindOptions = {}): Promise<Row | undefined> {
    return (await this.find(where, { ...options, limit: 1 }))[0];
  }

  async insert(...rows: Row[]): Promise<void> {
    invariant(this.#transaction !== null, 'a unit of work that only reads was asked to write');
    if (rows.length === 0) return;
    await this.#model.bulkCreate(rows as never, { transaction: this.#transaction, returning: false });
  }

  /** How many rows were changed. */
  async update(values: Partial<Row>, where: WhereOptions<Attributes<Model<Row, Row>>>): Promise<number> {
    invariant(this.#transaction !== null, 'a unit of work that only reads was asked to write');
    const [changed] = await this.#model.update(values, { where, transaction: this.#transaction });
    return changed;
  }

  /** How many rows were removed. */
  async remove(where: WhereOptions<Attributes<Model<Row, Row>>>): Promise<number> {
    invariant(this.#transaction !== null, 'a unit of work that only reads was asked to write');
    return await this.#model.destroy({ where, transaction: this.#transaction });
  }
}

function modelOf<Row extends object>(
  definition: ModelDefinition<Row>,
  sequelize: Sequelize,
): ModelStatic<Model<Row, Row>> {
  if (sequelize.isDefined(definition.table)) return sequelize.model(definition.table);
  // Sequelize keeps what it is given, so that each connection gets a copy of its own.
  return sequelize.define<Model<Row, Row>>(definition.table, structuredCloneOfAttributes(definition.attributes), {
    tableName: definition.table,
    timestamps: false,
    underscored: true,
  });
}

function structuredCloneOfAttributes<Row extends object>(
  attributes: ModelAttributes<Model<Row, Row>>,
): ModelAttributes<Model<Row, Row>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      typeof attribute === 'object' ? { ...attribute } : attribute,
    ]),
  ) as ModelAttributes<Model<Row, Row>>;
}
