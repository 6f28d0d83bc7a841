//! The two databases side by side: the same documents, the same answers to the bit.

use wheelhouse_store::{Store, StoreConfig};

use crate::{
    document::{
        collection,
        random::{Random, fill, list_all, random_aggregation, random_query},
    },
    ground,
};

#[test]
fn postgres_answers_as_sqlite_does() {
    ground::on_schema(async |config| {
        let folder = tempfile::TempDir::new().unwrap();
        let sqlite = Store::open(&StoreConfig::default(), folder.path()).await.unwrap();
        let postgres = Store::open(&config, folder.path()).await.unwrap();
        for store in [&sqlite, &postgres] {
            fill(store, &mut Random(3), 200).await;
        }
        let mut random = Random(4);
        for _ in 0..200 {
            let query = random_query(&mut random);
            assert_eq!(list_all(&sqlite, &query).await, list_all(&postgres, &query).await, "{query:?}");
            // A cursor is good on either: a host may move from one to the other while somebody pages.
            let page = sqlite.documents().list(&collection("ann"), &query).await.unwrap();
            assert_eq!(page, postgres.documents().list(&collection("ann"), &query).await.unwrap());

            let aggregation = random_aggregation(&mut random);
            let [on_sqlite, on_postgres] = [&sqlite, &postgres].map(|store| store.documents());
            assert_eq!(
                on_sqlite.aggregate(&collection("ann"), &aggregation).await,
                on_postgres.aggregate(&collection("ann"), &aggregation).await,
                "{aggregation:?}"
            );
        }
        sqlite.close().await;
        postgres.close().await;
    });
}
