import { defineModule } from '../../shared/module/index.ts';
import { catalogRoutes } from './catalog.routes.ts';
import { Catalog } from './contract/index.ts';
import { ProductReader } from './persistence/product.reader.ts';
import { ProductRepository } from './persistence/product.repository.ts';
import { CreateProduct } from './use-cases/create-product.ts';
import { ExportProducts } from './use-cases/export-products.ts';
import { GetProduct } from './use-cases/get-product.ts';
import { GetVariants } from './use-cases/get-variants.ts';
import { ImportProducts } from './use-cases/import-products.ts';
import { ListProducts } from './use-cases/list-products.ts';
import { UpdateProduct } from './use-cases/update-product.ts';

export const catalogModule = defineModule(Catalog, {
  provides: [ProductRepository, ProductReader],
  operations: {
    createProduct: CreateProduct,
    updateProduct: UpdateProduct,
    getProduct: GetProduct,
    listProducts: ListProducts,
    getVariants: GetVariants,
    importProducts: ImportProducts,
    exportProducts: ExportProducts,
  },
  routes: catalogRoutes,
});
